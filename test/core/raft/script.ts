// Words for tests that talk to one real member, `a`, while the others are puppets: the messages a
// puppet says, and what the member said last.

import type { Entry } from '../../../src/core/model/entry.ts';
import { logIndex, term } from '../../../src/core/model/ids.ts';
import type {
  Append,
  Appended,
  Heartbeat,
  HeartbeatAck,
  RaftMessage,
  RequestVote,
  Vote,
} from '../../../src/core/raft/messages.ts';
import { Cluster, entry, voters } from './cluster.ts';
import { type Disk, emptyDisk } from './disk.ts';

/** A disk whose log holds entries of these terms, from index 1. */
export function diskWithTerms(terms: readonly number[], currentTerm?: number): Disk {
  const disk = emptyDisk(voters('a', 'b', 'c'));
  disk.entries = terms.map((ofTerm, i) => entry(i + 1, ofTerm));
  disk.hardState = { term: term(currentTerm ?? terms.at(-1) ?? 0), votedFor: null };
  return disk;
}

export interface SoloOptions {
  readonly disk?: Disk;
  /** Voters beside `a`. */
  readonly others?: readonly string[];
  readonly seed?: string;
}

/** Only `a` is real. */
export function solo({ disk, others = ['b', 'c'], seed = 'solo' }: SoloOptions = {}): Cluster {
  const configuration = voters('a', ...others);
  const disks = { a: { ...(disk ?? emptyDisk(configuration)), configuration } };
  return new Cluster({ names: ['a'], configuration, disks, seed });
}

/** `a` leads the term after its own; the puppets have said nothing but yes. */
export function soloLeader(options: SoloOptions = {}): Cluster {
  const cluster = solo(options);
  const others = options.others ?? ['b', 'c'];
  cluster.on('a', (raft) => raft.campaign());
  const next = cluster.view('a').term + 1;
  for (const other of others) cluster.inject(other, 'a', vote(next, true, true));
  for (const other of others) cluster.inject(other, 'a', vote(next, true));
  return cluster;
}

export function requestVote(
  ofTerm: number,
  last: { readonly index: number; readonly term: number },
  options: { readonly pre?: boolean; readonly transfer?: boolean } = {},
): RequestVote {
  return {
    kind: 'request-vote',
    term: term(ofTerm),
    lastIndex: logIndex(last.index),
    lastTerm: term(last.term),
    pre: options.pre ?? false,
    transfer: options.transfer ?? false,
  };
}

export function vote(ofTerm: number, granted: boolean, pre = false): Vote {
  return { kind: 'vote', term: term(ofTerm), granted, pre };
}

export function append(
  ofTerm: number,
  prev: { readonly index: number; readonly term: number },
  content: { readonly entries?: readonly Entry[]; readonly commit?: number } = {},
): Append {
  return {
    kind: 'append',
    term: term(ofTerm),
    prevIndex: logIndex(prev.index),
    prevTerm: term(prev.term),
    entries: content.entries ?? [],
    commitIndex: logIndex(content.commit ?? 0),
  };
}

export function appended(ofTerm: number, index: number, applied = 0): Appended {
  return {
    kind: 'appended',
    term: term(ofTerm),
    success: true,
    index: logIndex(index),
    hintIndex: logIndex(0),
    hintTerm: term(0),
    appliedIndex: logIndex(applied),
  };
}

export function heartbeat(
  ofTerm: number,
  options: {
    readonly commit?: number;
    readonly readRound?: number;
    readonly quiesce?: boolean;
  } = {},
): Heartbeat {
  return {
    kind: 'heartbeat',
    term: term(ofTerm),
    commitIndex: logIndex(options.commit ?? 0),
    readRound: options.readRound ?? 0,
    quiesce: options.quiesce ?? false,
  };
}

export function heartbeatAck(
  ofTerm: number,
  options: {
    readonly readRound?: number;
    readonly applied?: number;
    readonly last?: number;
  } = {},
): HeartbeatAck {
  return {
    kind: 'heartbeat-ack',
    term: term(ofTerm),
    readRound: options.readRound ?? 0,
    appliedIndex: logIndex(options.applied ?? 0),
    lastIndex: logIndex(options.last ?? 0),
  };
}

/** The messages of one kind that were sent since `sent` was cleared, oldest first. */
export function sentOf<Kind extends RaftMessage['kind']>(
  cluster: Cluster,
  kind: Kind,
  to?: string,
): Extract<RaftMessage, { kind: Kind }>[] {
  return cluster.sent
    .filter(({ message, to: target }) => message.kind === kind && (to ?? target) === target)
    .map(({ message }) => message as Extract<RaftMessage, { kind: Kind }>);
}

export function lastSent<Kind extends RaftMessage['kind']>(
  cluster: Cluster,
  kind: Kind,
  to?: string,
): Extract<RaftMessage, { kind: Kind }> {
  const message = sentOf(cluster, kind, to).at(-1);
  if (message === undefined) throw new Error(`no ${kind} was sent`);
  return message;
}

/** Forgets what was sent, so that only what follows is seen. */
export function forget(cluster: Cluster): void {
  cluster.sent.length = 0;
  cluster.network.length = 0;
}

/** The terms of the entries in a member's log, from index 1. */
export function termsOf(cluster: Cluster, name: string): number[] {
  const { lastIndex } = cluster.view(name);
  return cluster
    .raft(name)
    .entriesBetween(logIndex(1), lastIndex)
    .map(({ term: ofTerm }) => ofTerm);
}
