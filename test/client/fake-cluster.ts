// Three fake nodes and a client of them. Unless a test scripts it otherwise, node1 leads
// everything, every node knows that, and every request succeeds.

import { curveKeyPair } from 'zeromq';
import type { Db } from '../../src/client/api.ts';
import { connect } from '../../src/client/connect.ts';
import { hashText } from '../../src/wire/key-hash.ts';
import { read, refused, topologyOf, written } from './answers.ts';
import type { Script } from './fake-node.ts';
import { FakeNode, testCluster } from './fake-node.ts';

export interface FakeCluster {
  readonly nodes: readonly [FakeNode, FakeNode, FakeNode];
  readonly db: Db;
  /** Opens a further client of the same nodes. */
  connect(): Promise<Db>;
  close(): Promise<void>;
}

/** Leaders of the partitions, from partition 1. */
export async function startCluster(leaders: readonly (string | null)[] = ['node1']) {
  const nodes = ['node1', 'node2', 'node3'].map((name) => new FakeNode(name, () => null));
  for (const node of nodes) await node.start();
  for (const node of nodes) node.script = (request) => succeed(request, node, nodes, leaders);
  return withClient(nodes);
}

async function withClient(nodes: readonly FakeNode[]): Promise<FakeCluster> {
  const [node1, node2, node3] = nodes;
  if (node1 === undefined || node2 === undefined || node3 === undefined) throw new Error('three');
  const open: Db[] = [];
  const connectNodes = async (): Promise<Db> => {
    const addresses = nodes.map(({ address }) => address);
    const db = await connect({ addresses, keys: curveKeyPair(), clusterId: testCluster });
    open.push(db);
    return db;
  };
  const db = await connectNodes();
  const close = async (): Promise<void> => {
    await Promise.all([...open, ...nodes].map((one) => ('stop' in one ? one.stop() : one.close())));
  };
  return { nodes: [node1, node2, node3], db, connect: connectNodes, close };
}

function succeed(
  { operation, forward, consistency }: Parameters<Script>[0],
  node: FakeNode,
  nodes: readonly FakeNode[],
  leaders: readonly (string | null)[],
) {
  if (operation.kind === 'topology') return topologyOf(nodes, leaders);
  if (operation.kind === 'scan') return { kind: 'scanned', entries: [], next: null } as const;
  if (!('key' in operation)) return null;
  const leader = leaders[hashText(operation.key) % leaders.length] ?? null;
  const isHere = leader === node.name || forward || consistency === 'one';
  if (!isHere) return refused({ reason: 'not-leader', leader });
  return operation.kind === 'get' ? read(node.name, 'value') : written(node.name, 1);
}

/** A key of the partition with this number. */
export function keyIn(partition: number, partitions: number): string {
  for (let i = 0; ; i++) if (1 + (hashText(`key${i}`) % partitions) === partition) return `key${i}`;
}
