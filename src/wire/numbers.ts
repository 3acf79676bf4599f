// The numbers that stand for words on the wire and on disk. APPEND ONLY: a number is never changed,
// moved or used again, because old nodes and old logs speak it (a test compares these tables with a
// snapshot).

import type { MembershipMessage, Rumour } from '../core/membership/messages.ts';
import type { PeerMessage } from '../core/messages.ts';
import type { Command } from '../core/model/command.ts';
import type { DepartureKind, Settings } from '../core/model/control-row.ts';
import type { Payload } from '../core/model/entry.ts';
import type {
  BeliefState,
  Consistency,
  GroupStatus,
  Operation,
  Refusal,
  Result,
} from '../core/model/operation.ts';
import type { LogRecord } from '../core/model/records.ts';
import type { SessionResult, StateRow } from '../core/model/state.ts';
import type { RaftMessage } from '../core/raft/messages.ts';
import { malformed } from './malformed.ts';

type Table<Word extends string> = Readonly<Record<Word, number>>;

export const frameKinds = { peer: 1, requests: 2, replies: 3, removal: 4 } as const;

export const peerKinds = {
  group: 1,
  alive: 2,
  forward: 3,
  forwarded: 4,
  'propose-merge': 5,
  'propose-watermark': 6,
  'announce-start': 7,
  membership: 8,
  'address-book': 9,
  'ask-standing': 10,
  'not-a-member': 11,
  'ask-release': 12,
  released: 13,
  'report-released': 14,
} as const satisfies Table<PeerMessage['kind']>;

export const membershipKinds = {
  ping: 1,
  'ping-request': 2,
  ack: 3,
  nack: 4,
  sync: 5,
} as const satisfies Table<MembershipMessage['kind']>;

export const rumourNumbers = {
  alive: 1,
  suspect: 2,
  dead: 3,
} as const satisfies Table<Rumour['state']>;

export const beliefNumbers = {
  unknown: 1,
  alive: 2,
  suspect: 3,
  dead: 4,
  left: 5,
} as const satisfies Table<BeliefState>;

export const raftKinds = {
  'request-vote': 1,
  vote: 2,
  append: 3,
  appended: 4,
  heartbeat: 5,
  'heartbeat-ack': 6,
  'install-snapshot': 7,
  'snapshot-ack': 8,
  'timeout-now': 9,
} as const satisfies Table<RaftMessage['kind']>;

export const payloadKinds = {
  noop: 1,
  configuration: 2,
  command: 3,
} as const satisfies Table<Payload['kind']>;

export const commandKinds = {
  write: 1,
  merge: 2,
  watermark: 3,
  'member-started': 4,
  'owner-released': 5,
  'member-joined': 6,
  'member-departing': 7,
  'groups-released': 8,
  'member-removed': 9,
  'settings-changed': 10,
  'feature-level-raised': 11,
} as const satisfies Table<Command['kind']>;

export const departureNumbers = {
  leaving: 1,
  lost: 2,
} as const satisfies Table<DepartureKind>;

export const operationKinds = {
  put: 1,
  delete: 2,
  increment: 3,
  get: 4,
  scan: 5,
  status: 6,
  topology: 7,
  hashes: 8,
  control: 9,
  join: 10,
  leave: 11,
  configure: 12,
} as const satisfies Table<Operation['kind']>;

export const resultKinds = {
  written: 1,
  read: 2,
  scanned: 3,
  status: 4,
  topology: 5,
  hashes: 6,
  refused: 7,
  control: 8,
  administered: 9,
} as const satisfies Table<Result['kind']>;

export const rowKinds = {
  item: 1,
  session: 2,
  conflict: 3,
  machine: 4,
  control: 5,
} as const satisfies Table<StateRow['kind']>;

export const sessionResultKinds = {
  written: 1,
  refused: 2,
} as const satisfies Table<SessionResult['kind']>;

export const recordKinds = {
  entries: 1,
  'hard-state': 2,
  'log-start': 3,
  tentative: 4,
  'tentative-done': 5,
  'group-dropped': 6,
} as const satisfies Table<LogRecord['kind']>;

export const consistencyNumbers = {
  one: 1,
  quorum: 2,
  all: 3,
} as const satisfies Table<Consistency>;

export const reasonNumbers = {
  'not-leader': 1,
  unavailable: 2,
  overloaded: 3,
  'condition-failed': 4,
  'not-a-number': 5,
  'session-expired': 6,
  timeout: 7,
  'not-at-all': 8,
  invalid: 9,
  'clock-ahead': 10,
  stopping: 11,
  'member-exists': 12,
  'member-unknown': 13,
  'member-needed': 14,
  'feature-missing': 15,
} as const satisfies Table<Refusal['reason']>;

export const effectNumbers = {
  none: 1,
  unknown: 2,
  committed: 3,
} as const satisfies Table<Refusal['effect']>;

export const roleNumbers = {
  leader: 1,
  follower: 2,
  candidate: 3,
  'pre-candidate': 4,
  learner: 5,
} as const satisfies Table<GroupStatus['role']>;

export const resolverNumbers = {
  lww: 1,
  siblings: 2,
} as const satisfies Table<Settings['resolver']>;

/** A reader of the words of `table` by their numbers; anything else is malformed. */
export function wordReader<Word extends string>(
  table: Table<Word>,
  what: string,
): (value: unknown) => Word {
  const words: (Word | undefined)[] = [];
  for (const word of Object.keys(table) as Word[]) words[table[word]] = word;
  return (value) => {
    const word = typeof value === 'number' ? words[value] : undefined;
    return word ?? malformed(what, 'a known number', value);
  };
}
