// Joins and leaves that cannot be, and several at once.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { waitUntil } from '../../src/cluster/wait-until.ts';
import { Lab } from './lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
  expect((await lab.up('--nodes', '1')).code).toBe(0);
  expect((await lab.run(['put', 'k', 'v'])).code).toBe(0);
}, 120_000);
afterAll(() => lab.close());

describe('the last member', () => {
  it('never leaves, whatever is said', async () => {
    for (const force of [[], ['--force']]) {
      const { code, json } = await lab.json(['leave', 'node1', ...force]);
      expect(code).toBe(5);
      expect(json.at('error')).toMatchObject({
        code: 'member-needed',
        details: { reason: 'last-member' },
      });
    }
    expect((await lab.run(['get', 'k', '--timeout', '10s'])).stdout).toBe('v');
  });
});

describe("another cluster's keys", () => {
  it('let nobody in, and nothing is left of the attempt', async () => {
    const own = join(lab.home, 'lab', 'keys', 'client.json');
    const saved = readFileSync(own, 'utf8');
    writeFileSync(own, JSON.stringify(curveKeyPair()));
    const { code, json } = await lab.json(['join']);
    writeFileSync(own, saved);
    expect(code).toBe(1);
    expect(json.at('error', 'code')).toBe('unauthorized');
    expect(existsSync(join(lab.home, 'lab', 'node2'))).toBe(false);
    expect(readdirSync(join(lab.home, 'lab', 'keys')).sort()).toEqual([
      'client.json',
      'node1.json',
    ]);
    expect(lab.pids()).toHaveLength(1);
  });
});

describe('several at once', () => {
  it('two joins get two names', async () => {
    const [one, two] = await Promise.all([lab.json(['join']), lab.json(['join'])]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect([one.json.at('node'), two.json.at('node')].sort()).toEqual(['node2', 'node3']);
    expect((await lab.run(['get', 'k', '--via', 'node3', '--timeout', '10s'])).stdout).toBe('v');
  }, 120_000);

  it('two joins and a leave come to the members that were asked for', async () => {
    const [leave, ...joins] = await Promise.all([
      lab.json(['leave', 'node1']),
      lab.json(['join']),
      lab.json(['join']),
    ]);
    expect([leave.code, ...joins.map(({ code }) => code)]).toEqual([0, 0, 0]);
    expect((await lab.run(['wait', '--for', 'converged', '--timeout', '30s'])).code).toBe(0);
    expect((await lab.run(['status', '-q'])).stdout).toBe('node2\nnode3\nnode4\nnode5\n');
    for (const via of ['node2', 'node5'])
      expect((await lab.run(['get', 'k', '--via', via, '--timeout', '10s'])).stdout).toBe('v');
  }, 120_000);
});

describe('a join that was broken off', () => {
  it('goes on when it is repeated, with its name or without', async () => {
    const broken = lab.start(['join']);
    const home = join(lab.home, 'lab');
    const begun = await waitUntil({
      everyMs: 10,
      timeoutMs: 10_000,
      ask: () => (existsSync(join(home, 'node1', 'joining.json')) ? true : null),
    });
    expect(begun).toBe(true);
    broken.kill('SIGKILL');
    await broken;
    const { code, json } = await lab.json(['join']);
    expect(code).toBe(0);
    expect(json.at('node')).toBe('node1');
    expect((await lab.run(['status', '-q'])).stdout.split('\n')[0]).toBe('node1');
    expect(existsSync(join(home, 'node1', 'joining.json'))).toBe(false);
  }, 120_000);
});

describe('a cluster that is down', () => {
  it('takes nobody in', async () => {
    expect((await lab.run(['down'])).code).toBe(0);
    const { code, json } = await lab.json(['join']);
    expect(code).toBe(3);
    expect(json.at('error', 'code')).toBe('not-running');
    expect(existsSync(join(lab.home, 'lab', 'node6'))).toBe(false);
  });
});
