// The library: `import { connect, DsysError } from 'dsys'`.
//
//   Database ──► Dispatcher ──► Fleet ──► Connection (one a node, dialed when first needed)
//   plain values  retries,       who is     one frame a turn
//                 deadlines      reachable
//
// Guarantees three outcomes: a result, a DsysError with outcome `failed` (certainly no effect), or
// `unknown`.

import { nodeId } from '../core/model/ids.ts';
import type { ConnectOptions, Db } from './api.ts';
import type { ClusterAccess } from './cluster-home.ts';
import { clusterAccess } from './cluster-home.ts';
import { Database } from './database.ts';
import { Dispatcher } from './dispatcher.ts';
import { frameCodec } from './frames.ts';
import { Routes } from './routes.ts';
import { Session } from './session.ts';
import { TopologyWatch } from './topology.ts';
import { checkName } from './validation.ts';
import type { SocketMaker } from './zeromq.ts';
import { loadSockets } from './zeromq.ts';

export type { ControlRow } from '../core/model/control-row.ts';
export type { Member } from '../core/model/member.ts';
export type {
  Consistency,
  GroupStatus,
  NodeStatus,
  PeerStatus,
  ReplicaHash,
  Topology,
} from '../core/model/operation.ts';
export type { Timestamp, Version, VersionVector } from '../core/model/version.ts';
export type { ErrorCode, FailureOutcome } from '../errors.ts';
export { DsysError } from '../errors.ts';
export type {
  AdministerOptions,
  ConfigureOptions,
  ConnectOptions,
  ControlState,
  Db,
  DeleteOptions,
  Entry,
  IncrementOptions,
  IncrementResult,
  KeyPair,
  LeaveOptions,
  NodeAddress,
  NodeAnswer,
  PutOptions,
  QueryOptions,
  ReadOptions,
  ReadResult,
  ScanOptions,
  WriteResult,
} from './api.ts';

/**
 * A database object for a cluster in DSYS_HOME, or at `addresses`. Rejects with
 * `cluster-not-found`, `config-invalid` or `invalid-argument`. No node is dialed until the first
 * operation needs it.
 */
export async function connect(options: ConnectOptions = {}): Promise<Db> {
  checkName(options.name);
  const newSocket = await loadSockets();
  return openDatabase(clusterAccess(options), options, newSocket);
}

function openDatabase(access: ClusterAccess, { name }: ConnectOptions, newSocket: SocketMaker): Db {
  const { nodes, keys, partitions, nodesNow } = access;
  const routes = new Routes({ nodes: nodes.map(({ node }) => nodeId(node)), partitions });
  const watch = new TopologyWatch({ routes, nodesNow, dispatcher: () => dispatcher });
  const dispatcher: Dispatcher = new Dispatcher({
    nodes,
    keys,
    newSocket,
    routes,
    codec: frameCodec(access.clusterId),
    session: new Session({ name, wallMs: Date.now }),
    onNodeUp: (node) => watch.onUp(node),
    onNodeSlow: (node) => watch.onSlow(node),
    onNodeLost: () => watch.onLost(),
    onStranger: (from) => watch.onStranger(from),
    onNobody: () => watch.onNobody(),
  });
  return new Database({ dispatcher, routes, watch });
}
