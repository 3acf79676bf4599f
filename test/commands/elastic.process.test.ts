// Nodes come, go, are replaced and restarted, through the real command line, while the data stays
// readable through every node.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { type Json, Lab } from './lab.ts';

let lab: Lab;
const keys = Array.from({ length: 12 }, (_, number) => `key:${number}`);

beforeAll(async () => {
  lab = await Lab.open();
  expect((await lab.up('--nodes', '3')).code).toBe(0);
  for (const key of keys) expect((await lab.run(['put', key, `value of ${key}`])).code).toBe(0);
}, 120_000);
afterAll(() => lab.close());

/** The cluster when every node has answered: on a busy machine one look may miss some. */
async function wholeStatus(): Promise<Json> {
  expect((await lab.run(['wait', '--for', 'all-up', '--timeout', '30s'])).code).toBe(0);
  for (let tries = 0; ; tries++) {
    const { json } = await lab.json(['status']);
    const nodes = json.at('nodes') as { state: string }[];
    if (tries === 20 || nodes.every(({ state }) => state === 'up')) return json;
  }
}

async function names(): Promise<string[]> {
  return (await lab.run(['status', '-q'])).stdout.trim().split('\n');
}

/** Every key at quorum, each through another node. */
async function expectReadable(): Promise<void> {
  const nodes = await names();
  const db = await connect({ cluster: 'lab', home: lab.home });
  try {
    for (const [index, key] of keys.entries()) {
      const via = nodes[index % nodes.length] ?? '';
      const { text } = await db.get(key, { via, timeoutMs: 10_000 });
      expect([via, text]).toEqual([via, `value of ${key}`]);
    }
  } finally {
    await db.close();
  }
}

describe('join', () => {
  it('brings a node in, with a share of the replicas, and says what it did', async () => {
    const { code, json } = await lab.json(['join', '--label', 'zone=b']);
    expect(code).toBe(0);
    expect(json.value).toMatchObject({ schema: 1, node: 'node4', zone: 'b', kept: null });
    expect(json.at('moved')).toBe(json.at('total'));
    expect(json.at('moved')).toBeGreaterThan(30);
    for (const field of ['pid', 'epoch', 'durationMs']) expect(json.at(field)).toBeTypeOf('number');
    expect(await names()).toEqual(['node1', 'node2', 'node3', 'node4']);
    await expectReadable();
  }, 120_000);

  it('leaves a balanced and whole cluster', async () => {
    expect((await lab.run(['wait', '--for', 'converged', '--timeout', '30s'])).code).toBe(0);
    const json = await wholeStatus();
    expect(json.value).toMatchObject({
      cluster: { nodes: 4 },
      data: { underReplicated: 0, unavailable: 0, moving: 0, replicas: 192 },
      membership: { joining: [], departures: [], unlisted: [], removed: [] },
    });
    expect(json.at('data', 'balance', 'replicas')).toBeLessThanOrEqual(1.3);
    const ring = await lab.run(['status', '--view', 'ring']);
    expect(ring.stdout).toMatch(/^node4 +b +\d+ {2}[█▏▎▍▌▋▊▉·]{8}/m);
    expect(ring.stdout).toMatch(/^BALANCE {2}max\/mean: replicas 1\.\d\d/m);
  }, 60_000);

  it('twice is told, and so is a name that is there', async () => {
    for (const name of ['node4', '1']) {
      const { code, json } = await lab.json(['join', name]);
      expect(code).toBe(5);
      expect(json.at('error', 'code')).toBe('already-exists');
    }
    expect((await lab.json(['join', 'leader'])).code).toBe(64);
    expect((await lab.json(['join', '--label', 'rack=1'])).code).toBe(64);
  });
});

describe('rolling-restart', () => {
  it('restarts every node, the leader last, and keeps everything readable', async () => {
    const before = await wholeStatus();
    const leader = before.at('consensus', 'control', 'leader');
    const { code, json } = await lab.json(['rolling-restart', '--wait-healthy']);
    expect(code).toBe(0);
    const nodes = json.at('nodes') as { node: string; pid: number }[];
    expect(nodes.map(({ node }) => node).sort()).toEqual(['node1', 'node2', 'node3', 'node4']);
    expect(nodes.at(-1)?.node).toBe(leader);
    const after = await wholeStatus();
    for (const index of [0, 1, 2, 3]) expect(after.at('nodes', index, 'incarnation')).toBe(2);
    await expectReadable();
  }, 120_000);

  it('asks after the canary, and says so where nobody can answer before it does anything', async () => {
    const refused = await lab.json(['rolling-restart', '--canary', '1']);
    expect(refused.code).toBe(64);
    expect(refused.json.at('error', 'hint')).toContain('--yes');
    const json = await wholeStatus();
    expect(json.at('nodes', 0, 'incarnation')).toBe(2);
  });
});

describe('leave', () => {
  it('hands everything over, ends the process, and removes what is not needed any more', async () => {
    const { code, json } = await lab.json(['leave', 'node2']);
    expect(code).toBe(0);
    expect(json.value).toMatchObject({ schema: 1, node: 'node2', how: 'leaving', kept: null });
    expect(json.at('moved')).toBeGreaterThan(30);
    expect(await names()).toEqual(['node1', 'node3', 'node4']);
    expect(lab.pids()).toHaveLength(3);
    const home = join(lab.home, 'lab');
    for (const path of ['node2', 'node2.started.json', 'keys/node2.json'])
      expect(existsSync(join(home, path))).toBe(false);
    await expectReadable();
  }, 120_000);

  it('refuses what would lose copies, with the reason', async () => {
    const { code, json } = await lab.json(['leave', 'node3']);
    expect(code).toBe(5);
    expect(json.at('error')).toMatchObject({
      code: 'member-needed',
      details: { reason: 'too-few' },
    });
    expect((await lab.json(['leave', 'node2'])).code).toBe(4);
  });

  it('keeps targets, quantities and goals working where numbers are missing', async () => {
    expect((await lab.run(['restart', '4'])).stdout).toContain('restarted node4');
    expect((await lab.run(['wait', '--for', 'all-up'])).code).toBe(0);
    expect((await lab.run(['wait', '--for', 'converged', '--timeout', '30s'])).code).toBe(0);
    expect((await lab.run(['kill', 'node2'])).code).toBe(4);
    expect((await lab.run(['doctor', '--json'])).code).toBe(0);
  }, 60_000);
});

describe('a node that is down', () => {
  it('does not leave, and while it is missing nobody does', async () => {
    expect((await lab.run(['kill', 'node3'])).code).toBe(0);
    const down = await lab.json(['leave', 'node3']);
    expect(down.code).toBe(3);
    expect(down.json.at('error', 'hint')).toContain('dsys replace node3');
    const other = await lab.json(['leave', 'node1']);
    expect(other.code).toBe(5);
    expect(other.json.at('error', 'details', 'reason')).toBe('under-replicated');
    const rolling = await lab.json(['rolling-restart']);
    expect(rolling.code).toBe(3);
    expect(rolling.json.at('error', 'details', 'restarted')).toEqual([]);
  }, 60_000);

  it('is replaced when its disk is lost; one that lives is not', async () => {
    const live = await lab.json(['replace', 'node1']);
    expect(live.code).toBe(5);
    expect(live.json.at('error', 'hint')).toContain('dsys kill node1');
    rmSync(join(lab.home, 'lab', 'node3'), { recursive: true });
    const start = await lab.json(['start', 'node3']);
    expect(start.json.at('error', 'hint')).toContain('dsys replace node3');
    const { code, json } = await lab.json(['replace', 'node3']);
    expect(code).toBe(0);
    expect(json.value).toMatchObject({ node: 'node3', kept: null });
    expect(await names()).toEqual(['node1', 'node3', 'node4']);
    await expectReadable();
  }, 120_000);

  it('keeps its old directory aside when there is something in it', async () => {
    expect((await lab.run(['kill', 'node4'])).code).toBe(0);
    const { code, json } = await lab.json(['replace', '4']);
    expect(code).toBe(0);
    expect(json.at('kept')).toMatch(/node4\.replaced-/);
    expect(readdirSync(String(json.at('kept')))).toContain('wal');
    await expectReadable();
  }, 120_000);
});

describe('configure', () => {
  it('shows the settings, and changes the number of copies', async () => {
    const shown = await lab.json(['configure']);
    expect(shown.json.value).toMatchObject({ changed: false, after: { replicationFactor: 3 } });
    const { code, json } = await lab.json(['configure', '--replication', '2']);
    expect(code).toBe(0);
    expect(json.value).toMatchObject({ changed: true, after: { replicationFactor: 2 } });
    const status = await wholeStatus();
    expect(status.at('data', 'underReplicated')).toBe(0);
    expect(status.at('consensus', 'partitions', 0, 'replicas')).toHaveLength(2);
    await expectReadable();
  }, 120_000);
});

describe('the end', () => {
  it('`up` resumes the cluster with the members that it has now', async () => {
    expect((await lab.run(['down'])).code).toBe(0);
    const up = await lab.json(['up']);
    expect(up.code).toBe(0);
    expect(up.json.at('started')).toHaveLength(3);
    await expectReadable();
    const events = readFileSync(join(lab.home, 'lab', 'events.jsonl'), 'utf8');
    for (const kind of ['join', 'joined', 'leave', 'left', 'replaced', 'configure', 'moves'])
      expect(events).toContain(`"kind":"${kind}"`);
  }, 120_000);
});
