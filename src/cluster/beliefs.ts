// Who believes whom alive: what the failure detectors of the nodes that answered said, side by
// side, and about whom they do not agree. Pure.

import type { BeliefState, NodeStatus, PeerStatus } from '../core/model/operation.ts';

/** observer → peer → something. */
export type Square<Value> = Readonly<Record<string, Readonly<Record<string, Value>>>>;

/** As in the column STATE of the nodes: `up` is what the failure detector calls alive. */
export type Belief = 'unknown' | 'up' | 'suspect' | 'dead' | 'left';

const words: Readonly<Record<BeliefState, Belief>> = {
  unknown: 'unknown',
  alive: 'up',
  suspect: 'suspect',
  dead: 'dead',
  left: 'left',
};

export interface MembershipReport {
  readonly beliefs: Square<Belief>;
  /** −log10 of the chance that a healthy peer is silent for so long. */
  readonly phi: Square<number>;
  /** Whether the observer has a connection to the peer. */
  readonly links: Square<'connected' | 'silent'>;
  /** Peers about whom observers believe different things, sorted. */
  readonly disputed: readonly string[];
  /** observer → how far it doubts itself: 0 is health, 8 the most. */
  readonly localHealth: Readonly<Record<string, number>>;
}

export function membershipReport(answers: readonly NodeStatus[]): MembershipReport {
  const beliefs = square(answers, ({ belief }) => words[belief]);
  return {
    beliefs,
    phi: square(answers, ({ phi }) => Math.round(phi * 100) / 100),
    links: square(answers, ({ connected }) => (connected ? 'connected' : 'silent')),
    disputed: disputedIn(beliefs),
    localHealth: Object.fromEntries(answers.map(({ node, localHealth }) => [node, localHealth])),
  };
}

/** True when the observer takes the peer for gone: it lost it, or its failure detector says so. */
export function isDoubted({ connected, belief }: PeerStatus): boolean {
  return !connected || belief === 'suspect' || belief === 'dead';
}

function square<Value>(
  answers: readonly NodeStatus[],
  of: (peer: PeerStatus) => Value,
): Square<Value> {
  return Object.fromEntries(
    answers.map(({ node, peers }) => [
      node,
      Object.fromEntries(peers.map((peer) => [peer.node, of(peer)] as const)),
    ]),
  );
}

function disputedIn(beliefs: Square<Belief>): string[] {
  const said = new Map<string, Set<Belief>>();
  for (const row of Object.values(beliefs)) {
    for (const [peer, belief] of Object.entries(row)) {
      // Who has not met it yet says nothing.
      if (belief === 'unknown') continue;
      said.set(peer, (said.get(peer) ?? new Set<Belief>()).add(belief));
    }
  }
  return [...said].flatMap(([peer, words]) => (words.size > 1 ? [peer] : [])).sort();
}
