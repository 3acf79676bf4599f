// Nodes that are killed, paused, stopped and started again: what the commands do, and what status
// says at once.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from './lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
  expect((await lab.up()).code).toBe(0);
});

afterAll(() => lab.close());

async function states(): Promise<Record<string, unknown>> {
  const { json } = await lab.json(['status']);
  const nodes = json.at('nodes') as { name: string; state: string }[];
  return Object.fromEntries(nodes.map(({ name, state }) => [name, state]));
}

async function leader(): Promise<string> {
  await lab.run(['wait', '--for', 'leader']);
  const { json } = await lab.json(['status']);
  return String(json.at('consensus', 'control', 'leader'));
}

async function allUp(): Promise<void> {
  await lab.run(['start', 'all']);
  expect((await lab.run(['wait', '--for', 'all-up'])).code).toBe(0);
}

describe('kill', () => {
  it('ends the leader; status knows it at once; writes go on', async () => {
    const dead = await leader();
    const kill = await lab.json(['kill', 'leader']);
    expect(kill.json.value).toMatchObject({
      action: 'kill',
      signal: 'SIGKILL',
      nodes: [{ name: dead }],
    });
    const { json } = await lab.json(['status']);
    const row = (json.at('nodes') as { name: string }[]).find(({ name }) => name === dead);
    expect(row).toMatchObject({ state: 'killed', pid: null, keys: null });
    expect(json.at('consensus', 'control', 'leader')).not.toBe(dead);
    expect((await lab.run(['put', 'after', 'kill', '--timeout', '5s'])).code).toBe(0);
    expect((await lab.run(['status', '--exit-code'])).code).toBe(1);
    await allUp();
  });

  it('of two of three: quorum is unavailable and says why, `one` works, and is read at quorum later', async () => {
    const kill = await lab.run(['kill', 'majority', '--seed', '7']);
    expect(kill.stdout).toMatch(/majority drew node\d, node\d \(seed 7\)/);
    const quorum = await lab.json(['put', 'k', 'v']);
    expect(quorum.code).toBe(3);
    expect(quorum.json.value).toMatchObject({
      outcome: 'failed',
      error: { code: 'unavailable', retryable: true },
    });
    expect(quorum.json.at('error', 'message')).toContain('2 of 3');
    expect(quorum.json.at('error', 'hint')).toContain('dsys start');
    expect((await lab.run(['put', 'k', 'one', '--consistency', 'one'])).code).toBe(0);
    expect((await lab.run(['get', 'k', '--consistency', 'one'])).stdout).toBe('one');
    const bench = await lab.json(['bench', '--seconds', '1', '--clients', '2']);
    expect(bench.code).toBe(3);
    expect(bench.json.value).toMatchObject({ count: 0, error: { code: 'unavailable' } });
    await allUp();
    expect((await lab.run(['get', 'k', '--timeout', '5s'])).stdout).toBe('one');
  });

  it('of one: a write at `all` fails, and tells the version that is committed all the same', async () => {
    await lab.run(['kill', 'node3']);
    const put = await lab.json(['put', 'k', 'v', '--consistency', 'all', '--timeout', '5s']);
    expect(put.code).toBe(3);
    const error = { code: 'not-at-all', details: { committed: true, missing: ['node3'] } };
    expect(put.json.value).toMatchObject({ acks: ['node1', 'node2'], error });
    const got = await lab.json(['get', 'k']);
    expect(got.json.at('version', 'index')).toBe(put.json.at('version', 'index'));
    await allUp();
  });

  it('of a node that is not running, or not there, fails', async () => {
    await lab.run(['kill', 'node3']);
    expect((await lab.run(['kill', 'node3'])).code).toBe(3);
    expect((await lab.run(['kill', 'node4'])).code).toBe(4);
    await allUp();
    expect((await lab.run(['start', 'node3'])).code).toBe(5);
  });

  it('from outside is a crash, with the end of its log', async () => {
    const { json } = await lab.json(['status', 'node2']);
    process.kill(Number(json.at('nodes', 0, 'pid')), 'SIGKILL');
    const after = await lab.json(['status', 'node2']);
    expect(after.json.at('nodes', 0, 'state')).toBe('crashed');
    expect(after.json.at('nodes', 0, 'crash', 'log')).toContain('node2/node.log');
    expect((await lab.run(['status'])).stdout).toContain('node2 crashed');
    await allUp();
  });
});

describe('pause and resume', () => {
  it('freeze a node and let it go on; status tells both at once', async () => {
    const paused = await leader();
    expect((await lab.run(['pause', 'leader'])).code).toBe(0);
    expect((await states())[paused]).toBe('paused');
    expect((await lab.run(['start', paused])).stderr).toContain(`wake it: dsys resume ${paused}`);
    expect((await lab.run(['put', 'while', 'paused', '--timeout', '5s'])).code).toBe(0);
    expect((await lab.run(['resume', 'all'])).stdout).toContain(`resumed ${paused}`);
    expect((await states())[paused]).toBe('up');
    expect((await lab.run(['wait', '--for', 'converged'])).code).toBe(0);
  });
});

describe('stop, start and restart', () => {
  it('end a node cleanly and bring it back', async () => {
    expect((await lab.run(['stop', '2'])).stdout).toMatch(/^stopped node2 \(pid \d+\)\n$/);
    expect((await states()).node2).toBe('stopped');
    expect((await lab.run(['stop', '2'])).stdout).toBe('node2 is stopped already\n');
    expect((await lab.run(['start', '2'])).code).toBe(0);
    expect((await states()).node2).toBe('up');
    expect((await lab.run(['restart', 'followers'])).code).toBe(0);
    expect(await states()).toEqual({ node1: 'up', node2: 'up', node3: 'up' });
  });

  it('are recorded as events, and the logs have every node', async () => {
    const { json } = await lab.json(['events']);
    const kinds = (json.at('events') as { kind: string }[]).map(({ kind }) => kind);
    for (const kind of ['up', 'kill', 'start', 'pause', 'resume', 'stop', 'restart']) {
      expect(kinds).toContain(kind);
    }
    const logs = await lab.run(['logs', 'node1', '3']);
    expect(logs.stdout).toMatch(/^node1 {2}/m);
    expect(logs.stdout).toMatch(/^node3 {2}/m);
    expect(logs.stdout).not.toMatch(/^node2 {2}/m);
  });
});
