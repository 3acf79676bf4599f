// How often a node greets its peers, and how long it waits for their greetings. Everybody greets
// everybody, so what an idle machine spends on it grows with the square of its nodes: in a large
// cluster the greetings are rarer, and a silent peer is noticed later.

import { limits } from '../model/limits.ts';

export interface Rhythm {
  /** Period of the node-level heartbeat, and the longest rest of a node. */
  readonly aliveTicks: number;
  /** A connected peer that was silent for this long leads nothing any more, as far as anyone can tell. */
  readonly silenceTicks: number;
}

const small: Rhythm = { aliveTicks: limits.aliveTicks, silenceTicks: limits.silenceTicks };
const large: Rhythm = {
  aliveTicks: limits.aliveTicksLarge,
  silenceTicks: limits.silenceTicksLarge,
};

/** `nodes`: all members, this one included. */
export function rhythmOf(nodes: number): Rhythm {
  return nodes <= limits.smallClusterNodesMax ? small : large;
}
