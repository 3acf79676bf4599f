// A node that is dead for too long is replaced by the others without a command; when it comes back it
// is told, and ends; the cluster goes on without it. Through the real command line.

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../../src/cluster/wait-until.ts';
import { type Json, Lab } from './lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
  const up = await lab.up('--nodes', '4', '--zones', 'a,b', '--dead-node-timeout', '1s');
  expect(up.code).toBe(0);
  expect((await lab.run(['put', 'k', 'v'])).code).toBe(0);
});
afterAll(() => lab.close());

async function status(): Promise<Json> {
  return (await lab.json(['status'])).json;
}

function zonesOf(json: Json): Map<unknown, unknown> {
  const nodes = json.at('nodes') as { name: string; zone: string }[];
  return new Map(nodes.map(({ name, zone }) => [name, zone]));
}

describe('labels', () => {
  it('spread every partition over the zones', async () => {
    const json = await status();
    const zones = zonesOf(json);
    expect([...zones.values()]).toEqual(['a', 'b', 'a', 'b']);
    const partitions = json.at('consensus', 'partitions') as { replicas: string[] }[];
    expect(partitions).toHaveLength(64);
    for (const { replicas } of partitions)
      expect(new Set(replicas.map((node) => zones.get(node))).size).toBe(2);
  });
});

describe('a node that is dead for longer than the timeout', () => {
  it('is given up: its copies are made elsewhere, and nothing is under-replicated any more', async () => {
    expect((await lab.run(['kill', 'node4'])).code).toBe(0);
    const seen: number[] = [];
    const whole = await waitUntil({
      everyMs: 50,
      timeoutMs: 40_000,
      ask: async () => {
        const json = await status();
        seen.push(Number(json.at('data', 'underReplicated')));
        const removed = json.at('membership', 'removed') as string[];
        return seen.at(-1) === 0 && removed.includes('node4') ? json : null;
      },
    });
    expect(whole).not.toBeNull();
    expect(Math.max(...seen)).toBeGreaterThan(30);
    expect(whole?.at('nodes', 3, 'state')).toBe('killed');
    expect((await lab.run(['get', 'k', '--consistency', 'all'])).stdout).toBe('v');
  }, 60_000);

  it('is not started again, and a cluster that is resumed goes on without it', async () => {
    const start = await lab.json(['start', 'node4']);
    expect(start.code).toBe(1);
    expect(start.json.at('error', 'code')).toBe('member-removed');
    expect(start.json.at('error', 'hint')).toContain('dsys replace node4');
    expect((await lab.run(['down'])).code).toBe(0);
    const up = await lab.run(['up']);
    expect(up.code).toBe(0);
    expect(up.stdout).toContain('node4 was taken out of the cluster: dsys replace node4');
    const gone = await waitUntil({
      everyMs: 50,
      timeoutMs: 10_000,
      ask: () => (lab.pids().length === 3 ? true : null),
    });
    expect(gone).toBe(true);
    expect((await lab.run(['get', 'k'])).stdout).toBe('v');
    const json = await status();
    expect(json.at('nodes', 3, 'crash', 'message')).toContain('no member of the cluster any more');
  }, 60_000);

  it('comes back with a new disk, in its zone', async () => {
    const { code, json } = await lab.json(['replace', 'node4']);
    expect(code).toBe(0);
    expect(existsSync(String(json.at('kept')))).toBe(true);
    const after = await status();
    expect(zonesOf(after).get('node4')).toBe('b');
    expect(after.at('data', 'underReplicated')).toBe(0);
  }, 60_000);
});

describe('a node that is down for good', () => {
  it('leaves by force, and its directory is kept', async () => {
    expect((await lab.run(['kill', 'node2'])).code).toBe(0);
    const { code, json } = await lab.json(['leave', 'node2', '--force']);
    expect(code).toBe(0);
    expect(json.value).toMatchObject({ node: 'node2', how: 'lost' });
    expect(existsSync(String(json.at('kept')))).toBe(true);
    expect((await lab.run(['get', 'k'])).stdout).toBe('v');
  }, 60_000);

  it('is no obstacle to a rolling restart with a canary', async () => {
    const { code, json } = await lab.json(['rolling-restart', '--canary', '1', '--yes']);
    expect(code).toBe(0);
    expect(json.at('nodes')).toHaveLength(3);
  }, 60_000);
});
