// Fabricated observations: small worlds in which a promise is broken, or kept, on purpose.

import type { Ready } from '../../../src/core/contract.ts';
import type { PeerEnvelope } from '../../../src/core/messages.ts';
import type { Command, TentativeWrite } from '../../../src/core/model/command.ts';
import type { Configuration, Entry } from '../../../src/core/model/entry.ts';
import {
  clientId,
  groupId,
  incarnation,
  logIndex,
  type NodeId,
  nodeId,
  type Origin,
  term,
} from '../../../src/core/model/ids.ts';
import type { Request, Result, WriteOperation } from '../../../src/core/model/operation.ts';
import type { LogRecord, RecoveredGroup } from '../../../src/core/model/records.ts';
import type { ItemRow } from '../../../src/core/model/state.ts';
import { itemsInHand } from '../../../src/core/model/stored-items.ts';
import type { Version } from '../../../src/core/model/version.ts';
import type { RaftView } from '../../../src/core/raft/contract.ts';
import type { RaftMessage } from '../../../src/core/raft/messages.ts';
import { storageOf } from '../../../src/simulation/cluster.ts';
import type { Asked, ReplicaView } from '../../../src/simulation/invariants/watch.ts';
import type { MachineView } from '../../../src/simulation/observation.ts';

export const group = groupId(1);
export const [node1, node2, node3] = [nodeId('node1'), nodeId('node2'), nodeId('node3')] as const;

export function machine(name: NodeId, options: Partial<MachineView> = {}): MachineView {
  return {
    name,
    node: null,
    incarnation: incarnation(1),
    state: 'up',
    refusal: null,
    diskSurvived: true,
    storageId: storageOf(name),
    isMember: true,
    membersAtStart: [],
    ...options,
  };
}

export function view(options: {
  role?: RaftView['role'];
  term?: number;
  start?: number;
  last?: number;
  commit?: number;
  applied?: number;
  configuration?: Partial<Configuration>;
  configurationIndex?: number;
}): RaftView {
  const commit = options.commit ?? 0;
  return {
    role: options.role ?? 'follower',
    term: term(options.term ?? 1),
    votedFor: null,
    leader: null,
    start: { index: logIndex(options.start ?? 0), term: term(0) },
    lastIndex: logIndex(options.last ?? commit),
    persistedIndex: logIndex(options.last ?? commit),
    commitIndex: logIndex(commit),
    appliedIndex: logIndex(options.applied ?? commit),
    configuration: {
      voters: [node1, node2, node3],
      votersOutgoing: [],
      learners: [],
      ...options.configuration,
    },
    configurationIndex: logIndex(options.configurationIndex ?? 0),
    standing: 'voter',
    logBytes: 0,
    quiet: false,
  };
}

/** A replica whose log has these terms from index 1 on, or these entries. */
export function replica(
  log: readonly (number | Entry)[],
  options: { view?: RaftView; hash?: string; items?: readonly ItemRow[] } = {},
): ReplicaView {
  const entries = log.map((each, at) =>
    typeof each === 'number' ? entry({ index: at + 1, term: each }) : each,
  );
  const at = (index: number): Entry | undefined => entries.find((each) => each.index === index);
  const seen = options.view ?? view({ commit: entries.length });
  return {
    group,
    appliedIndex: seen.appliedIndex,
    raft: {
      view: () => seen,
      termAt: (index) => (index === 0 ? term(0) : at(index)?.term),
      entriesBetween: (from, to) => entries.filter(({ index }) => index >= from && index <= to),
    },
    machine: {
      kind: 'data',
      partition: {
        read: (key) => options.items?.find((item) => item.key === key) ?? null,
        hasMerged: () => false,
        hash: () => options.hash ?? 'same',
      },
      journal: { pendingCount: 0 },
    },
  };
}

export function entry(options: { index: number; term?: number; command?: Command }): Entry {
  const { index, command } = options;
  const payload = command === undefined ? { kind: 'noop' } : { kind: 'command', command };
  const size = 16;
  return {
    index: logIndex(index),
    term: term(options.term ?? 1),
    payload: payload as Entry['payload'],
    size,
  };
}

export function put(key: string, value = 'v'): WriteOperation {
  const bytes = Uint8Array.from(value, (letter) => letter.charCodeAt(0));
  return { kind: 'put', key, value: bytes, ifVersion: null, context: null };
}

export function session(seq: number) {
  const issuedAt = { wallMs: 1, logical: seq };
  return { clientId: clientId('client1'), seq, firstUnanswered: 1, issuedAt };
}

export function write(seq: number, key = 'k'): Command {
  const hlc = { wallMs: 5, logical: seq };
  return { kind: 'write', operation: put(key), session: session(seq), hlc };
}

export function tentative(counter: number, value = 'v'): TentativeWrite {
  return {
    dot: { origin: 'node1#1' as Origin, counter },
    key: 'k',
    value: Uint8Array.from(value, (letter) => letter.charCodeAt(0)),
    context: {},
    hlc: { wallMs: 7, logical: counter },
    appliedAt: logIndex(0),
  };
}

export function version(index: number): Version {
  return { index: logIndex(index), term: term(1), vector: {}, hlc: { wallMs: 5, logical: 0 } };
}

export function item(key: string, index: number): ItemRow {
  return { kind: 'item', key, value: new Uint8Array(), version: version(index), dot: null };
}

export function written(index: number, number: number | null = null): Result {
  return { kind: 'written', version: version(index), acks: [], number, via: node1 };
}

export function asked(
  options: Partial<Request> & { committed?: number; asLeader?: boolean },
): Asked {
  const { committed = 0, asLeader = true, ...request } = options;
  return {
    request: {
      id: 1,
      operation: put('k'),
      consistency: 'quorum',
      timeoutMs: 1000,
      session: null,
      forward: false,
      ...request,
    },
    group,
    asLeader,
    committed,
  };
}

export function ready(options: {
  records?: readonly LogRecord[];
  number?: number;
  sent?: readonly [NodeId, RaftMessage][];
}): Ready {
  const { records, number = 1, sent = [] } = options;
  const messages = sent.map(
    ([to, message]): PeerEnvelope => ({
      to,
      lane: 'raft',
      message: { kind: 'group', group, message },
    }),
  );
  const persist = records === undefined ? null : { number, snapshots: [], drops: [], records };
  return { persist, state: null, messages, replies: [], addressBook: null, events: [] };
}

export function entriesRecord(...entries: Entry[]): LogRecord {
  return { kind: 'entries', group, entries };
}

export function hardState(inTerm: number, votedFor: NodeId | null): LogRecord {
  return { kind: 'hard-state', group, hardState: { term: term(inTerm), votedFor } };
}

export function recovered(options: {
  term?: number;
  votedFor?: NodeId | null;
  start?: number;
  point?: number;
  entries?: readonly Entry[];
  tentative?: readonly TentativeWrite[];
  life?: number;
}): RecoveredGroup {
  const { voters, votersOutgoing, learners } = view({}).configuration;
  const configuration = { voters, votersOutgoing, learners };
  const point = { index: logIndex(options.point ?? 0), term: term(0), configuration };
  return {
    group,
    life: options.life ?? 0,
    point: options.point === undefined ? null : point,
    rows: [],
    items: itemsInHand([]),
    hardState: { term: term(options.term ?? 0), votedFor: options.votedFor ?? null },
    start: { index: logIndex(options.start ?? 0), term: term(0) },
    entries: options.entries ?? [],
    tentative: options.tentative ?? [],
  };
}

export function vote(options: { term: number; granted?: boolean; pre?: boolean }): RaftMessage {
  const { granted = true, pre = false } = options;
  return { kind: 'vote', term: term(options.term), granted, pre };
}

export function appended(inTerm: number, index: number): RaftMessage {
  return {
    kind: 'appended',
    term: term(inTerm),
    success: true,
    index: logIndex(index),
    hintIndex: logIndex(0),
    hintTerm: term(0),
    appliedIndex: logIndex(0),
  };
}

export function heartbeat(inTerm: number): RaftMessage {
  const commitIndex = logIndex(0);
  return { kind: 'heartbeat', term: term(inTerm), commitIndex, readRound: 0, quiesce: false };
}
