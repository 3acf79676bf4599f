// Which node gets a call next. Pure: what is known of the routes and of the connections in, a node
// out.
//
//   level       first choice              then
//   quorum,all  the leader                the other replicas in turn: one of them knows who leads now
//   one         a replica that is up      any that may be up; the leader is preferred, it is freshest

import type { NodeId } from '../core/model/ids.ts';
import type { Call } from './call.ts';
import type { Routes } from './routes.ts';

/** `fresh`: not dialed yet, or just now. `slow`: it does not answer. `down`: not reachable now. */
export type Reachability = 'up' | 'fresh' | 'slow' | 'down';

const rank: Readonly<Record<Reachability, number>> = { up: 0, fresh: 1, slow: 2, down: 3 };

type Asked = Pick<Call, 'pin' | 'group' | 'consistency' | 'tries' | 'refusedBy'>;

/** null: nobody who could answer is reachable now. */
export function chooseNode(
  call: Asked,
  routes: Routes,
  reachabilityOf: (node: NodeId) => Reachability,
): NodeId | null {
  const rankOf = (node: NodeId): number => rank[reachabilityOf(node)];
  const leader = routes.leaderOf(call.group);
  const leads = call.pin === null && call.consistency !== 'one';
  if (leads && leader !== null && rankOf(leader) <= rank.fresh) return leader;
  const candidates = candidatesOf(call, routes).filter((node) => rankOf(node) < rank.down);
  const others = candidates.filter((node) => node !== call.refusedBy && rankOf(node) <= rank.fresh);
  const from = others.length > 0 ? others : candidates;
  return from.sort((a, b) => rankOf(a) - rankOf(b))[0] ?? null;
}

/** Everyone who may answer, in the order of preference among equally reachable ones. */
export function candidatesOf(call: Asked, routes: Routes): NodeId[] {
  if (call.pin !== null) return [call.pin];
  const leader = routes.leaderOf(call.group);
  // Who left is none any more, even if nobody has said yet who took its place.
  const replicas = routes.replicasOf(call.group).filter((node) => routes.nodes.includes(node));
  const all = replicas.length > 0 ? replicas : routes.nodes;
  const turned = rotate(all, call.tries);
  if (leader === null || call.consistency !== 'one' || !all.includes(leader)) return turned;
  return [leader, ...turned.filter((node) => node !== leader)];
}

function rotate(nodes: readonly NodeId[], by: number): NodeId[] {
  const at = nodes.length === 0 ? 0 : by % nodes.length;
  return [...nodes.slice(at), ...nodes.slice(0, at)];
}
