// `dsys demo`: the whole story in one command, on a cluster of its own that is removed at the end.
// Three users are written, each through another node, and read back through yet another; the leader
// is killed, and all is still there.

import { randomBytes } from 'node:crypto';
import type { Db } from '../client/api.ts';
import { DsysError } from '../errors.ts';
import { type Cluster, readCluster } from './cluster.ts';
import { withConnection } from './connection.ts';
import { removeCluster } from './create.ts';
import { stopNodes } from './down.ts';
import { clusterPaths } from './home.ts';
import { liveProcess, signalProcess, waitForCondition } from './node-process.ts';
import { killNode } from './node-signals.ts';
import { probeCluster } from './probe.ts';
import { noProgress } from './progress.ts';
import type { Limit } from './start-nodes.ts';
import { carryOut, planUp } from './up.ts';
import { waitUntil } from './wait-until.ts';

/** One thing that happened, in the order of the story. */
export interface DemoStep {
  readonly step: 'up' | 'put' | 'get' | 'role' | 'kill' | 'elected' | 'down';
  readonly text: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface DemoOptions {
  readonly tell: (step: DemoStep) => void;
  readonly limit: Limit;
}

const users = [
  { key: 'user:1001', value: '{"name":"Alice"}', writer: 'node1', reader: 'node2' },
  { key: 'user:1002', value: '{"name":"Bob"}', writer: 'node2', reader: 'node3' },
  { key: 'user:1003', value: '{"name":"Charlie"}', writer: 'node3', reader: 'node1' },
] as const;

const electionLimitMs = 10_000;
const stopLimitMs = 10_000;
const endLimitMs = 5000;
/** An operation of the story may meet an election. */
const patience = { timeoutMs: 5000 };

/** Plays the story; whatever happens, the cluster and its processes are gone afterwards. */
export async function runDemo({ tell, limit }: DemoOptions): Promise<void> {
  const name = `demo-${randomBytes(3).toString('hex')}`;
  const options = { name, nodes: 3, wait: 'ready', limit } as const;
  const plan = await planUp(options);
  const { elapsedMs } = await carryOut(plan, options, noProgress);
  const cluster = readCluster(clusterPaths(name));
  try {
    const text = `three nodes agree and replicate, ready in ${seconds(elapsedMs)}`;
    tell({ step: 'up', text, facts: { cluster: name, nodes: cluster.nodes } });
    await withConnection(cluster, (db) => play(cluster, db, { tell, limit }));
    await stopNodes(cluster, [], stopLimitMs);
    tell({ step: 'down', text: 'the other nodes stopped cleanly', facts: { cluster: name } });
  } finally {
    await endEverything(cluster);
    removeCluster(cluster.paths);
  }
}

async function play(cluster: Cluster, db: Db, { tell, limit }: DemoOptions): Promise<void> {
  for (const act of [writeUsers, readUsers]) {
    assertNotInterrupted(limit);
    await act(db, tell);
  }
  const leader = await tellRoles(cluster, db, tell);
  assertNotInterrupted(limit);
  const pid = await killNode(cluster, leader, 'SIGKILL');
  const killedAt = performance.now();
  tell({
    step: 'kill',
    text: `killed the leader ${leader} (kill -9)`,
    facts: { node: leader, pid },
  });
  await readAfterDeath(db, { leader, killedAt, tell });
  const successor = await waitForSuccessor(cluster, db, leader);
  tell({
    step: 'elected',
    text: `${successor.node} leads now (term ${successor.term})`,
    facts: successor,
  });
}

async function writeUsers(db: Db, tell: DemoOptions['tell']): Promise<void> {
  for (const { key, value, writer } of users) {
    const { version, acks } = await db.put(key, value, { via: writer, ...patience });
    const text = `wrote ${key} = ${value} through ${writer}: acks ${acks.length}/3 (${acks.join(',')})`;
    tell({ step: 'put', text, facts: { key, value, via: writer, acks, version: version.index } });
  }
}

async function readUsers(db: Db, tell: DemoOptions['tell']): Promise<void> {
  for (const { key, value, reader } of users) {
    const got = await db.get(key, { via: reader, ...patience });
    assertSame(key, value, got.text);
    const text = `read  ${key} = ${got.text} through ${reader}`;
    tell({ step: 'get', text, facts: { key, value: got.text, via: reader } });
  }
}

/** Role and term of each node; the leader's name. */
async function tellRoles(cluster: Cluster, db: Db, tell: DemoOptions['tell']): Promise<string> {
  const { control } = (await probeCluster(cluster, db)).consensus;
  for (const { name, role, term } of control.nodes) {
    tell({
      step: 'role',
      text: `${name} is ${role} in term ${term}`,
      facts: { node: name, role, term },
    });
  }
  return control.leader ?? (await waitForSuccessor(cluster, db, null)).node;
}

async function readAfterDeath(
  db: Db,
  story: {
    readonly leader: string;
    readonly killedAt: number;
    readonly tell: DemoOptions['tell'];
  },
): Promise<void> {
  for (const { key, value } of users) {
    const got = await db.get(key, patience);
    assertSame(key, value, got.text);
    const afterMs = Math.round(performance.now() - story.killedAt);
    const text = `read  ${key} = ${got.text} through ${got.via}, ${afterMs} ms after the kill`;
    story.tell({ step: 'get', text, facts: { key, value: got.text, via: got.via, afterMs } });
  }
}

async function waitForSuccessor(
  cluster: Cluster,
  db: Db,
  dead: string | null,
): Promise<{ readonly node: string; readonly term: number }> {
  const ask = async (): Promise<{ node: string; term: number } | null> => {
    const { leader, term } = (await probeCluster(cluster, db)).consensus.control;
    return leader === null || leader === dead ? null : { node: leader, term };
  };
  const found = await waitUntil({ ask, everyMs: 10, timeoutMs: electionLimitMs });
  if (found !== null) return found;
  throw new DsysError({
    code: 'not-ready',
    message: `no leader after ${electionLimitMs / 1000} s`,
    hint: 'dsys doctor checks this machine',
  });
}

async function endEverything(cluster: Cluster): Promise<void> {
  const records = cluster.nodes.flatMap((node) => liveProcess(cluster.paths, node) ?? []);
  for (const record of records) signalProcess(record, 'SIGKILL');
  await Promise.all(records.map((record) => waitForCondition(record, 'gone', endLimitMs)));
}

function assertSame(key: string, expected: string, found: string | null): void {
  if (found === expected) return;
  throw new DsysError({
    code: 'internal',
    message: `${key} must be ${expected}, but ${found ?? 'nothing'} was read`,
    hint: 'this must never happen: please report it',
  });
}

function assertNotInterrupted({ signal }: Limit): void {
  if (signal?.aborted) throw new DsysError({ code: 'interrupted', message: 'interrupted' });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
