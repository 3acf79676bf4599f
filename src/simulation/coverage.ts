// What happened in a run, counted by name. A run that proves something shows that the rare things
// happened: a checker that never met a fault has checked nothing (FoundationDB's "sometimes"
// assertions; TigerBeetle's coverage marks).

import type { Input, Ready } from '../core/contract.ts';
import type { Result } from '../core/model/operation.ts';
import type { LogRecord, Recovered } from '../core/model/records.ts';
import type { RaftMessage } from '../core/raft/messages.ts';
import { faultKinds } from '../faults/fault.ts';
import type { Asked, Invariant, ReplicaView, ViewChange } from './invariants/watch.ts';
import type { MachineView } from './observation.ts';
import type { Coverage } from './outcome.ts';
import type { PlannedFault } from './plan.ts';

/** What many runs together should have shown; a name that stays 0 is a hole in the proof. */
export const expectedCoverage: readonly string[] = [
  ...faultKinds.map((kind) => `fault ${kind}`),
  ...[
    'alive',
    'forward',
    'forwarded',
    'propose-merge',
    'propose-watermark',
    'announce-start',
    'membership',
    'address-book',
    'ask-standing',
    'not-a-member',
    'ask-release',
    'released',
    'report-released',
  ].map((kind) => `message ${kind}`),
  ...[
    'request-vote',
    'vote',
    'append',
    'appended',
    'heartbeat',
    'heartbeat-ack',
    'install-snapshot',
    'snapshot-ack',
    'timeout-now',
  ].map((kind) => `raft ${kind}`),
  'rare leader change',
  'rare leader stepped down',
  'rare candidate without success',
  'rare pre-vote',
  'rare pre-vote refused',
  'rare vote refused',
  'rare log conflict repaired',
  'rare entries overwritten',
  'rare snapshot install',
  'rare snapshot in several chunks',
  'rare log compacted',
  'rare quiet leader',
  'rare recovery from disk',
  'rare recovery of state and log',
  'rare recovery of `one` writes',
  'rare start refused',
  'rare session retry',
  'rare session expired',
  'rare dot proposed twice',
  'rare merge conflict',
  'rare tombstone purged',
  'rare forwarded request',
  'rare leadership transfer',
  'rare committed, but not at all',
  'rare learner added',
  'rare learner promoted',
  'rare joint configuration',
  'rare joint configuration left',
  'rare voter removed',
  'rare leader removed',
  'rare replica born on the way',
  'rare replica born of a snapshot',
  'rare replica dropped',
  'rare group that comes back',
  'rare `one` write let go by a retired replica',
  'rare owner released',
  'rare member joined',
  'rare member left',
  'rare member called lost',
  'rare member given up',
  'rare member removed',
  'rare member told of its removal',
  'rare name that joins again',
  'rare settings changed',
  'rare feature level raised',
  'rare removed machine started again',
  'answer put one',
  'answer put quorum',
  'answer put all',
  'answer increment quorum',
  'answer delete quorum',
  'answer get one',
  'answer get quorum',
  'answer get all',
  'answer scan quorum',
  ...[
    'not-leader',
    'unavailable',
    'overloaded',
    'condition-failed',
    'session-expired',
    'timeout',
    'not-at-all',
    'clock-ahead',
    'stopping',
    'member-exists',
    'member-unknown',
    'member-needed',
    'feature-missing',
  ].map((reason) => `refusal ${reason}`),
];

export class Counts {
  readonly #byName = new Map<string, number>();

  count(name: string, by = 1): void {
    this.#byName.set(name, (this.#byName.get(name) ?? 0) + by);
  }

  set(name: string, count: number): void {
    this.#byName.set(name, count);
  }

  /** In the order of the names. */
  toCoverage(): Coverage {
    const names = [...this.#byName.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.#byName.get(name) ?? 0]));
  }
}

export class CoverageCounter implements Invariant {
  readonly counts = new Counts();

  onFault({ fault }: PlannedFault, phase: 'start' | 'end'): void {
    if (phase === 'start') this.counts.count(`fault ${fault.kind}`);
  }

  onRefused({ refusal }: MachineView): void {
    this.counts.count('rare start refused');
    if (refusal !== null) this.counts.count(`start refused ${refusal}`);
  }

  onDrop(_machine: MachineView, reason: string): void {
    this.counts.count(`drop ${reason}`);
  }

  onBirth({ incarnation }: MachineView, { groups }: Recovered): void {
    if (incarnation <= 1) return;
    this.counts.count('rare recovery from disk');
    if (groups.some(({ point, entries }) => point !== null && entries.length > 0)) {
      this.counts.count('rare recovery of state and log');
    }
    if (groups.some(({ tentative }) => tentative.length > 0)) {
      this.counts.count('rare recovery of `one` writes');
    }
  }

  onInput(_machine: MachineView, input: Input): void {
    if (input.kind !== 'message') return;
    const { message } = input;
    if (message.kind === 'group') this.#countRaft(message.message);
    else this.counts.count(`message ${message.kind}`);
    if (message.kind === 'forward') this.counts.count('rare forwarded request');
  }

  onReady(_machine: MachineView, { persist, state, events }: Ready): void {
    if (persist !== null && persist.snapshots.length > 0) {
      this.counts.count('rare snapshot install', persist.snapshots.length);
    }
    for (const record of persist?.records ?? []) this.#countRecord(record);
    for (const { rows, removed } of state?.changes ?? []) {
      for (const row of rows) if (row.kind === 'conflict') this.counts.count('rare merge conflict');
      for (const row of removed)
        if (row.kind === 'item') this.counts.count('rare tombstone purged');
    }
    for (const { kind } of events) {
      if (kind === 'leader-stepped-down') this.counts.count('rare leader stepped down');
    }
  }

  onView(_machine: MachineView, _replica: ReplicaView, { before, now }: ViewChange): void {
    if (before === null) return;
    if (before.role !== now.role) {
      if (now.role === 'leader') this.counts.count('rare leader change');
      if (before.role === 'candidate' && now.role !== 'leader') {
        this.counts.count('rare candidate without success');
      }
    }
    if (now.start.index > before.start.index && now.start.index <= before.commitIndex) {
      this.counts.count('rare log compacted');
    }
    if (now.lastIndex < before.lastIndex) this.counts.count('rare entries overwritten');
    if (now.quiet && !before.quiet && now.role === 'leader') this.counts.count('rare quiet leader');
  }

  onAnswer(_machine: MachineView, { request }: Asked, result: Result): void {
    const { operation, consistency } = request;
    if (result.kind !== 'refused') {
      this.counts.count(`answer ${operation.kind} ${consistency}`);
      return;
    }
    const { reason } = result.refusal;
    this.counts.count(`refusal ${reason}`);
    if (reason === 'session-expired') this.counts.count('rare session expired');
    if (reason === 'not-at-all') this.counts.count('rare committed, but not at all');
  }

  #countRaft(message: RaftMessage): void {
    this.counts.count(`raft ${message.kind}`);
    switch (message.kind) {
      case 'request-vote':
        if (message.pre) this.counts.count('rare pre-vote');
        break;
      case 'vote':
        if (!message.granted) {
          this.counts.count(message.pre ? 'rare pre-vote refused' : 'rare vote refused');
        }
        break;
      case 'appended':
        if (!message.success) this.counts.count('rare log conflict repaired');
        break;
      case 'install-snapshot':
        if (message.chunks > 1) this.counts.count('rare snapshot in several chunks');
        break;
      case 'timeout-now':
        this.counts.count('rare leadership transfer');
        break;
      default:
    }
  }

  #countRecord(record: LogRecord): void {
    if (record.kind === 'tentative') this.counts.count('record tentative');
    if (record.kind === 'tentative-done') this.counts.count('record tentative-done');
  }
}
