// What entries, requests and records are made of, as fast-check arbitraries: every kind, every
// optional field, the edges of ranges.

import fc, { type Arbitrary } from 'fast-check';
import type { Command, TentativeWrite } from '../../src/core/model/command.ts';
import type { Configuration, Entry, Payload } from '../../src/core/model/entry.ts';
import {
  type ClientId,
  type GroupId,
  groupId,
  type Incarnation,
  incarnation,
  type LogIndex,
  logIndex,
  type NodeId,
  nodeId,
  type Origin,
  storageId,
  type Term,
  term,
} from '../../src/core/model/ids.ts';
import type { Member } from '../../src/core/model/member.ts';
import type {
  Operation,
  Request,
  SessionRef,
  WriteOperation,
} from '../../src/core/model/operation.ts';
import type { GroupDrop, LogRecord } from '../../src/core/model/records.ts';
import type { AppliedPoint } from '../../src/core/model/state.ts';
import type { Dot, Timestamp, Version, VersionVector } from '../../src/core/model/version.ts';

/** Small numbers most of the time, and every size up to the largest safe one. */
export const count = fc.oneof(
  fc.nat(300),
  fc.maxSafeNat(),
  fc.constantFrom(0, 63, 64, 127, 128, 0xffff, 0x1_0000, 0xffff_ffff, 2 ** 32, 2 ** 53 - 1),
);
export const node: Arbitrary<NodeId> = fc
  .constantFrom('node1', 'node2', 'node3', 'a', 'Z.9_x-1', 'n'.repeat(64))
  .map(nodeId);
export const nodes = fc.array(node, { maxLength: 4 });
export const sortedNodes = fc.uniqueArray(node, { maxLength: 4 }).map((list) => list.sort());
export const index: Arbitrary<LogIndex> = count.map(logIndex);
export const anyTerm: Arbitrary<Term> = count.map(term);
export const group: Arbitrary<GroupId> = fc.nat(65_535).map(groupId);
export const groups = fc.array(group, { maxLength: 4 });
export const featureLevel = fc.integer({ min: 1, max: 0xffff });
export const anyIncarnation: Arbitrary<Incarnation> = fc.nat(0xffff_fffe).map(incarnation);
export const uuid = fc.uuid();
export const anyStorageId = uuid.map(storageId);
/** Well-formed Unicode of any length, with a byte order mark in front now and then. */
export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 100 }).map((rest) => `\ufeff${rest}`),
  fc.string({ unit: 'binary', minLength: 60, maxLength: 200 }),
);
export const key = fc.oneof(
  fc.constantFrom('user:1001', 'k', 'ключ', '鍵'.repeat(30)),
  text.map((rest) => rest || 'k'),
);
export const value = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

export const timestamp: Arbitrary<Timestamp> = fc.record({ wallMs: count, logical: count });
const origin = fc.constantFrom(
  'log',
  'node1#1',
  'node2@0b7a2c91#77',
  'a#4294967295',
) as Arbitrary<Origin>;
export const dot: Arbitrary<Dot> = fc.record({ origin, counter: count });
export const vector: Arbitrary<VersionVector> = fc
  .uniqueArray(fc.tuple(origin, count), { selector: ([name]) => name, maxLength: 4 })
  .map((pairs) => Object.fromEntries(pairs) as VersionVector);
export const version: Arbitrary<Version> = fc.record({
  index,
  term: anyTerm,
  vector,
  hlc: timestamp,
});

const endpoint = fc.integer({ min: 1, max: 65_535 }).map((port) => `tcp://127.0.0.1:${port}`);
const z85 = fc.string({
  unit: fc.constantFrom(...'aZ0.-:+=^!/*?&<>()[]{}@%$#'),
  minLength: 40,
  maxLength: 40,
});
export const member: Arbitrary<Member> = fc.record({
  node,
  storageId: anyStorageId,
  addresses: fc.record({ peer: endpoint, client: endpoint, bulk: endpoint }),
  publicKey: z85,
  zone: fc.string({ maxLength: 16 }),
});

const condition = fc.option(index);
const context = fc.option(vector);
const kind = <Kind extends string>(word: Kind): Arbitrary<Kind> => fc.constant(word);

const writeOperation: Arbitrary<WriteOperation> = fc.oneof(
  fc.record({ kind: kind('put'), key, value, ifVersion: condition, context }),
  fc.record({ kind: kind('delete'), key, ifVersion: condition, context }),
  fc.record({ kind: kind('increment'), key, delta: fc.maxSafeInteger() }),
);
const how = fc.constantFrom('leaving' as const, 'lost' as const);
const departure = <Kind extends string>(word: Kind) =>
  fc.record(
    { kind: kind(word), node, how, force: fc.boolean(), storageId: anyStorageId },
    { requiredKeys: ['kind', 'node', 'how', 'force'] },
  );
/** The two settings that may change. */
const changed = { replicationFactor: fc.option(count), deadNodeTimeoutMs: fc.option(count) };

const operation: Arbitrary<Operation> = fc.oneof(
  writeOperation,
  fc.record({ kind: kind('get'), key }),
  fc.record({ kind: kind('scan'), group, prefix: text, after: fc.option(text), limit: count }),
  fc.record({
    kind: fc.constantFrom(
      'status' as const,
      'topology' as const,
      'hashes' as const,
      'control' as const,
    ),
  }),
  fc.record({ kind: kind('join'), member }),
  departure('leave'),
  fc.record({ kind: kind('configure'), ...changed }),
);
export const client = fc.oneof(uuid, fc.constant('c')) as unknown as Arbitrary<ClientId>;
export const session: Arbitrary<SessionRef> = fc.record({
  clientId: client,
  seq: count,
  firstUnanswered: count,
  issuedAt: timestamp,
});
export const request: Arbitrary<Request> = fc.record({
  id: count,
  operation,
  consistency: fc.constantFrom('one' as const, 'quorum' as const, 'all' as const),
  timeoutMs: count,
  session: fc.option(session),
  forward: fc.boolean(),
});

const lists = { voters: sortedNodes, votersOutgoing: sortedNodes, learners: sortedNodes };
export const configuration: Arbitrary<Configuration> = fc.oneof(
  fc.record(lists),
  fc.record({ ...lists, epoch: count }),
);
export const point: Arbitrary<AppliedPoint> = fc.record({ index, term: anyTerm, configuration });
export const tentative: Arbitrary<TentativeWrite> = fc.record({
  dot,
  key,
  value: fc.option(value),
  context: vector,
  hlc: timestamp,
  appliedAt: index,
});
export const command: Arbitrary<Command> = fc.oneof(
  fc.record({ kind: kind('write'), operation: writeOperation, session, hlc: timestamp }),
  fc.record({ kind: kind('merge'), write: tentative }),
  fc.record({ kind: kind('watermark'), node, incarnation: anyIncarnation, index }),
  fc.record({
    kind: kind('member-started'),
    node,
    storageId: anyStorageId,
    incarnation: anyIncarnation,
    featureLevel,
  }),
  fc.record({ kind: kind('owner-released'), node }),
  fc.record({ kind: kind('member-joined'), member }),
  departure('member-departing'),
  fc.record({ kind: kind('groups-released'), node, groups }),
  fc.record({ kind: kind('member-removed'), node }),
  fc.record({ kind: kind('settings-changed'), ...changed }),
  fc.record({ kind: kind('feature-level-raised'), level: featureLevel }),
);
const payload: Arbitrary<Payload> = fc.oneof(
  fc.record({ kind: kind('noop') }),
  fc.record({ kind: kind('configuration'), configuration }),
  fc.record({ kind: kind('command'), command }),
);
export const entry: Arbitrary<Entry> = fc.record({
  index: fc.maxSafeNat().map((number) => logIndex(number || 1)),
  term: anyTerm,
  payload,
  size: fc.nat(4 << 20),
});

const hardState = fc.record({ term: anyTerm, votedFor: fc.option(node) });
export const groupDrop: Arbitrary<GroupDrop> = fc.record({
  group,
  life: fc.integer({ min: 1 }),
  hardState,
});

export const logRecord: Arbitrary<LogRecord> = fc.oneof(
  fc.record({ kind: kind('entries'), group, entries: fc.array(entry, { maxLength: 4 }) }),
  fc.record({ kind: kind('hard-state'), group, hardState }),
  fc.record({ kind: kind('log-start'), group, start: fc.record({ index, term: anyTerm }) }),
  fc.record({ kind: kind('tentative'), group, write: tentative }),
  fc.record({ kind: kind('tentative-done'), group, dot }),
  groupDrop.map((drop) => ({ kind: 'group-dropped' as const, ...drop })),
);
