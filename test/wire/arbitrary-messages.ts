// Replies and the messages between nodes as fast-check arbitraries.

import fc, { type Arbitrary } from 'fast-check';
import type { MembershipMessage, Rumour } from '../../src/core/membership/messages.ts';
import type { PeerMessage } from '../../src/core/messages.ts';
import { memberIncarnation } from '../../src/core/model/ids.ts';
import type { NodeStatus, Reply, Result, Topology } from '../../src/core/model/operation.ts';
import type { RaftMessage } from '../../src/core/raft/messages.ts';
import {
  anyIncarnation,
  anyStorageId,
  anyTerm,
  configuration,
  count,
  dot,
  entry,
  featureLevel,
  group,
  groups,
  index,
  key,
  member,
  node,
  nodes,
  request,
  tentative,
  text,
  value,
  version,
} from './arbitraries.ts';
import { controlRow, stateRow } from './arbitrary-rows.ts';

const kind = <Kind extends string>(word: Kind): Arbitrary<Kind> => fc.constant(word);
const term = anyTerm;
const flag = fc.boolean();

const groupStatus = fc.record({
  group,
  role: fc.constantFrom(
    'leader' as const,
    'follower' as const,
    'candidate' as const,
    'pre-candidate' as const,
    'learner' as const,
  ),
  term,
  leader: fc.option(node),
  lastIndex: index,
  commitIndex: index,
  appliedIndex: index,
  voters: nodes,
  learners: nodes,
  keys: count,
});
const peerStatus = fc.record({
  node,
  connected: flag,
  silentMs: count,
  belief: fc.constantFrom(
    'unknown' as const,
    'alive' as const,
    'suspect' as const,
    'dead' as const,
    'left' as const,
  ),
  phi: fc.double({ min: 0, max: 1e12, noNaN: true, noDefaultInfinity: true }).map(Math.abs),
});
const status: Arbitrary<NodeStatus> = fc.record({
  node,
  incarnation: anyIncarnation,
  uptimeMs: count,
  groups: fc.array(groupStatus, { maxLength: 3 }),
  peers: fc.array(peerStatus, { maxLength: 3 }),
  keys: count,
  leads: count,
  pendingOneWrites: count,
  conflicts: count,
  localHealth: count,
  counters: fc.dictionary(fc.constantFrom('malformed', 'too-big', 'clock-ahead'), count, {
    noNullPrototype: true,
  }),
});
const topology: Arbitrary<Topology> = fc.record({
  members: fc.array(member, { maxLength: 3 }),
  partitions: count,
  groups: fc.array(fc.record({ replicas: nodes, leader: fc.option(node) }), { maxLength: 3 }),
});
const refusal = fc.record({
  reason: fc.constantFrom(
    'not-leader' as const,
    'unavailable' as const,
    'overloaded' as const,
    'condition-failed' as const,
    'not-a-number' as const,
    'session-expired' as const,
    'timeout' as const,
    'not-at-all' as const,
    'invalid' as const,
    'clock-ahead' as const,
    'stopping' as const,
    'member-exists' as const,
    'member-unknown' as const,
    'member-needed' as const,
    'feature-missing' as const,
  ),
  effect: fc.constantFrom('none' as const, 'unknown' as const, 'committed' as const),
  message: fc.string({ maxLength: 80 }),
  leader: fc.option(node),
  replicas: nodes,
  reachable: nodes,
  missing: nodes,
  version: fc.option(version),
});
export const result: Arbitrary<Result> = fc.oneof(
  fc.record({
    kind: kind('written'),
    version,
    acks: nodes,
    number: fc.option(fc.maxSafeInteger()),
    via: node,
  }),
  fc.record({
    kind: kind('read'),
    value: fc.option(value),
    version: fc.option(version),
    via: node,
  }),
  fc.record({
    kind: kind('scanned'),
    entries: fc.array(fc.record({ key, value, version }), { maxLength: 4 }),
    next: fc.option(text),
  }),
  fc.record({ kind: kind('status'), status }),
  fc.record({ kind: kind('topology'), topology }),
  fc.record({
    kind: kind('hashes'),
    hashes: fc.array(
      fc.record({ group, appliedIndex: index, hash: fc.constant('0123456789abcdef') }),
      { maxLength: 3 },
    ),
  }),
  fc.record({ kind: kind('refused'), refusal }),
  fc.record({ kind: kind('control'), index, row: controlRow }),
  fc.record({ kind: kind('administered'), index }),
);
export const reply: Arbitrary<Reply> = fc.record({ id: count, result });

const snapshotChunk = fc
  .record({
    term,
    index,
    snapshotTerm: term,
    configuration,
    place: fc.tuple(fc.nat(1000), fc.nat(1000)),
    rows: fc.array(stateRow, { maxLength: 4 }),
  })
  .map(({ place, ...rest }) => ({
    kind: 'install-snapshot' as const,
    ...rest,
    chunk: Math.min(...place),
    chunks: Math.max(...place) + 1,
  }));

export const raftMessage: Arbitrary<RaftMessage> = fc.oneof(
  fc.record({
    kind: kind('request-vote'),
    term,
    lastIndex: index,
    lastTerm: term,
    pre: flag,
    transfer: flag,
  }),
  fc.record({ kind: kind('vote'), term, granted: flag, pre: flag }),
  fc.record({
    kind: kind('append'),
    term,
    prevIndex: index,
    prevTerm: term,
    entries: fc.array(entry, { maxLength: 4 }),
    commitIndex: index,
  }),
  fc.record({
    kind: kind('appended'),
    term,
    success: flag,
    index,
    hintIndex: index,
    hintTerm: term,
    appliedIndex: index,
  }),
  fc.record({ kind: kind('heartbeat'), term, commitIndex: index, readRound: count, quiesce: flag }),
  fc.record({
    kind: kind('heartbeat-ack'),
    term,
    readRound: count,
    appliedIndex: index,
    lastIndex: index,
  }),
  snapshotChunk,
  fc.record({ kind: kind('snapshot-ack'), term, index, nextChunk: count }),
  fc.record({ kind: kind('timeout-now'), term }),
);

const memberLife = fc.nat({ max: 2 ** 52 - 1 }).map(memberIncarnation);
const rumour: Arbitrary<Rumour> = fc.record({
  node,
  state: fc.constantFrom('alive' as const, 'suspect' as const, 'dead' as const),
  incarnation: memberLife,
  by: node,
});
const said = { incarnation: memberLife, rumours: fc.array(rumour, { maxLength: 4 }) };
const membershipMessage: Arbitrary<MembershipMessage> = fc.oneof(
  fc.record({ kind: kind('ping'), ...said, sequence: count }),
  fc.record({ kind: kind('ping-request'), ...said, sequence: count, target: node }),
  fc.record({ kind: kind('ack'), ...said, sequence: count }),
  fc.record({ kind: kind('nack'), ...said, sequence: count }),
  fc.record({ kind: kind('sync'), ...said, wantsAnswer: flag }),
);

const roster = fc.array(member, { maxLength: 3 });
const dots = fc.array(dot, { maxLength: 4 });

export const peerMessage: Arbitrary<PeerMessage> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kind('group'), group, message: raftMessage }) },
  fc.record({ kind: kind('alive') }),
  fc.record({ kind: kind('forward'), request }),
  fc.record({ kind: kind('forwarded'), reply }),
  fc.record({
    kind: kind('propose-merge'),
    group,
    writes: fc.array(tentative, { maxLength: 4 }),
  }),
  fc.record({ kind: kind('propose-watermark'), group, incarnation: anyIncarnation, index }),
  fc.record({
    kind: kind('announce-start'),
    incarnation: anyIncarnation,
    storageId: anyStorageId,
    featureLevel,
  }),
  fc.record({ kind: kind('membership'), message: membershipMessage }),
  fc.record({ kind: kind('address-book'), index, members: roster, removed: roster }),
  fc.record({ kind: kind('ask-standing'), group, question: count }),
  fc.record({ kind: kind('not-a-member'), group, question: count, index, term }),
  fc.record({ kind: kind('ask-release'), group, pending: dots }),
  fc.record({ kind: kind('released'), group, merged: dots, released: flag }),
  fc.record({ kind: kind('report-released'), node, groups, epoch: count }),
);
