// One Raft group as a pure machine (Ongaro & Ousterhout 2014; Ongaro's thesis). The contract is
// contract.ts; the state is RaftState; each file of the folder is one idea over it:
//
//   step ─► terms ─► election · following · snapshot-receiving     (as a voter or follower)
//                └─► replication · leading · read-index · snapshot-sending · transfer   (as a leader)
//   propose ─► roles     proposeConfiguration ─► proposing-changes ─► reconfiguration
//   tick ─► election-timer or leading ─► quiescence
//   takeOutput ─► persistence (what must be durable) + outbox (what may be said)

import { assert, assertNever } from '../model/assert.ts';
import type { Command } from '../model/command.ts';
import type { MemberChange } from '../model/configuration.ts';
import type { Configuration, Entry } from '../model/entry.ts';
import type { LogIndex, NodeId, Term } from '../model/ids.ts';
import { compareIds, logIndex } from '../model/ids.ts';
import { onAnswer } from './answers.ts';
import { broadcastCommit, replicate, resumeNewcomers } from './appending.ts';
import { onPeerDown, onPeerUp } from './connections.ts';
import type {
  ChangeResult,
  MemberProgress,
  ProposeRefusal,
  ProposeResult,
  RaftOptions,
  RaftOutput,
  RaftView,
  ReadResult,
  Role,
} from './contract.ts';
import {
  countOwnVote,
  onRequestVote,
  onVote,
  startFirstElection,
  startPreVote,
} from './election.ts';
import { onAppend, onHeartbeat, reportProgress } from './following.ts';
import { tickLeader } from './leading.ts';
import type { RaftMessage } from './messages.ts';
import { proposeChanges } from './proposing-changes.ts';
import { leaveQuiet, wake } from './quiescence.ts';
import { beginReadRound } from './read-index.ts';
import { advanceCommit } from './replication.ts';
import { appendAsLeader, becomeFollower } from './roles.ts';
import { onInstallSnapshot } from './snapshot-receiving.ts';
import { compactionFloor } from './snapshot-sending.ts';
import type { Leadership } from './state.ts';
import { RaftState } from './state.ts';
import { mayCampaign } from './suffrage.ts';
import { admit } from './terms.ts';
import { beginTransfer, onTimeoutNow } from './transfer.ts';

const noEntries: readonly Entry[] = [];

export class Raft {
  readonly #state: RaftState;

  constructor(options: RaftOptions) {
    this.#state = new RaftState(options);
  }

  get isLeader(): boolean {
    return this.#state.leadership !== null;
  }

  /** True: `tick` does nothing and need not be called. */
  get isQuiet(): boolean {
    return this.#state.quiet;
  }

  get role(): Role {
    return this.#state.role;
  }

  /** In force now: the latest in the log. */
  get configuration(): Configuration {
    return this.#state.configurations.current;
  }

  /** By its own log, as far as that goes: a voter of either set, or a learner. */
  get isMember(): boolean {
    return this.#state.configurations.isMember(this.#state.self);
  }

  get leader(): NodeId | null {
    return this.#state.leader;
  }

  get term(): Term {
    return this.#state.term;
  }

  /** A message of this group arrived. */
  step(from: NodeId, message: RaftMessage): void {
    const state = this.#state;
    if (from === state.self || !admit(state, from, message)) return;
    switch (message.kind) {
      case 'request-vote':
        onRequestVote(state, from, message);
        break;
      case 'vote':
        onVote(state, from, message);
        break;
      case 'append':
        onAppend(state, from, message);
        break;
      case 'heartbeat':
        onHeartbeat(state, from, message);
        break;
      case 'install-snapshot':
        onInstallSnapshot(state, from, message);
        break;
      case 'timeout-now':
        onTimeoutNow(state);
        break;
      case 'appended':
      case 'heartbeat-ack':
      case 'snapshot-ack':
        onAnswer(state, from, message);
        break;
      default:
        assertNever(message);
    }
  }

  /** One tick of `limits.tickMs` passed. */
  tick(): void {
    const state = this.#state;
    if (state.quiet) return;
    state.now++;
    if (state.leadership !== null) tickLeader(state, state.leadership);
    else if (state.timer.tick()) this.#onElectionTimeout();
  }

  #onElectionTimeout(): void {
    const state = this.#state;
    if (mayCampaign(state)) startPreVote(state);
    else {
      state.leader = null;
      state.timer.restart();
    }
  }

  /** Appends a command to the leader's log; `size` is its approximate bytes on the wire. */
  propose(command: Command, size: number): ProposeResult {
    const { leadership } = this.#state;
    const refusal = this.#refusal(leadership, size);
    if (leadership === null || refusal !== null) {
      return refusal ?? { kind: 'not-leader', leader: this.#state.leader };
    }
    leaveQuiet(this.#state);
    const content = { payload: { kind: 'command', command }, size } as const;
    const index = appendAsLeader(this.#state, leadership, content);
    return { kind: 'proposed', index, term: this.#state.term };
  }

  #refusal(leadership: Leadership | null, size: number): ProposeRefusal | null {
    if (leadership === null) return null;
    const { transfer, uncommittedBytes } = leadership;
    if (transfer !== null) return { kind: 'transferring', to: transfer.to };
    const over =
      uncommittedBytes > 0 && uncommittedBytes + size > this.#state.bounds.uncommittedBytesMax;
    return over ? { kind: 'overloaded', uncommittedBytes } : null;
  }

  /**
   * Makes each node what it shall be, all at once; `learner` first, `voter` when it has caught up.
   * Done when view() shows the configuration without outgoing voters, at an applied index. A leader
   * that takes its own vote hands over on the way. `epoch`: of the placement that asks for it.
   */
  proposeConfiguration(changes: readonly MemberChange[], epoch = 0): ChangeResult {
    const { leadership } = this.#state;
    if (leadership === null) return { kind: 'not-leader', leader: this.#state.leader };
    return proposeChanges(this.#state, leadership, { changes, epoch });
  }

  /** Asks for a linearizable read; the ticket comes back in `reads` or `lostReads` of an output. */
  readIndex(): ReadResult {
    const state = this.#state;
    const { leadership } = state;
    if (leadership === null) return { kind: 'not-leader', leader: state.leader };
    if (leadership.reads.size >= state.bounds.pendingReadsMax) return { kind: 'overloaded' };
    leaveQuiet(state);
    const ticket = state.nextReadTicket++;
    leadership.reads.add(ticket);
    return { kind: 'waiting', ticket };
  }

  /** Starts PreVote now, unless this node leads or may not vote. */
  campaign(): void {
    startPreVote(this.#state);
  }

  /** The same for the node that should lead a new group: the first of all elections needs no poll. */
  campaignFirst(): void {
    startFirstElection(this.#state);
  }

  /**
   * The connection to `peer` died, or its node is silent for an election timeout. To be paired with
   * onPeerUp: until then an idle leader does not wait for this peer before it goes quiet. Peers
   * that were never connected may be reported too.
   */
  onPeerDown(peer: NodeId): void {
    onPeerDown(this.#state, peer);
  }

  /** A new connection to `peer` stands, or it is heard again after a silence. */
  onPeerUp(peer: NodeId): void {
    onPeerUp(this.#state, peer);
  }

  /** Lets the timers of a quiet group run again. */
  wake(): void {
    wake(this.#state);
  }

  /** Leads no more, in this term; nothing when it does not lead. */
  resign(): void {
    const state = this.#state;
    if (state.leadership !== null) becomeFollower(state, state.term, null);
  }

  /** False when this node does not lead, or `to` is no connected voter beside it. */
  transferLeadership(to: NodeId): boolean {
    const { leadership } = this.#state;
    return leadership !== null && beginTransfer(this.#state, leadership, to);
  }

  /** Tells every member the commit index now; each reports what it applied, once it has. */
  broadcastCommit(): void {
    const { leadership } = this.#state;
    if (leadership !== null) broadcastCommit(this.#state, leadership);
  }

  /** The persist of this number, and all before it, are durable. */
  onPersisted(number: number): void {
    const state = this.#state;
    state.persistence.onPersisted(number);
    state.outbox.release(state.persistence.confirmed);
    countOwnVote(state);
    if (state.leadership !== null) advanceCommit(state, state.leadership);
  }

  /** The state machine has applied everything up to `index`. */
  onApplied(index: LogIndex): void {
    const state = this.#state;
    assert(index <= state.handedIndex, () => `applied ${index}, which was not handed out`);
    if (index <= state.appliedIndex) return;
    state.appliedIndex = index;
    if (state.leadership !== null) resumeNewcomers(state, state.leadership);
    if (state.reportAppliedAt === 0 || index < state.reportAppliedAt) return;
    state.reportAppliedAt = 0;
    if (state.leader !== null && state.leadership === null) reportProgress(state, state.leader, 0);
  }

  /**
   * Drops entries up to `index` from memory: applied ones only, and none that a snapshot under way
   * needs.
   */
  compact(index: LogIndex): void {
    const state = this.#state;
    const to = logIndex(Math.min(index, state.appliedIndex, compactionFloor(state)));
    if (to <= state.log.start.index) return;
    state.log.compactTo(to);
    state.configurations.compactTo(to);
  }

  /** What is to be done now; null when there is nothing. */
  takeOutput(): RaftOutput | null {
    const state = this.#state;
    if (state.leadership !== null) {
      beginReadRound(state, state.leadership);
      if (state.leadership.appendsDue) replicate(state, state.leadership);
    }
    const persist = state.persistence.take(state);
    const committed = this.#takeCommitted();
    const { outbox } = state;
    if (persist === null && committed.length === 0 && outbox.isEmpty) return null;
    return {
      persist,
      messages: outbox.takeMessages(),
      committed,
      reads: outbox.takeReads(),
      lostReads: outbox.takeLostReads(),
    };
  }

  #takeCommitted(): readonly Entry[] {
    const state = this.#state;
    const upTo = Math.min(state.commitIndex, state.persistence.persistedIndex);
    if (upTo <= state.handedIndex) return noEntries;
    const committed = state.log.slice(state.handedIndex + 1, upTo);
    state.handedIndex = logIndex(upTo);
    return committed;
  }

  /** Undefined when the entry is compacted or not there. */
  termAt(index: LogIndex): Term | undefined {
    return this.#state.log.termAt(index);
  }

  /** Entries in memory from `from` to `to`, both included; for tests and for people. */
  entriesBetween(from: LogIndex, to: LogIndex): readonly Entry[] {
    const { log } = this.#state;
    return log.slice(Math.max(from, log.start.index + 1), Math.min(to, log.lastIndex));
  }

  /** Who is known to have the log up to `index`, this node always among them; sorted. */
  holdersOf(index: LogIndex): readonly NodeId[] {
    const { self, leadership } = this.#state;
    const holders: NodeId[] = [];
    // In the order of their names, as the audience is: nothing is left to be sorted, for every write.
    for (const { node, match } of leadership?.progress.values() ?? []) {
      if (match < index) continue;
      if (compareIds(self, node) < 0 && !holders.includes(self)) holders.push(self);
      holders.push(node);
    }
    if (!holders.includes(self)) holders.push(self);
    return holders;
  }

  /** Every member as the leader knows it, itself included, in order of name; empty on others. */
  progressOf(): readonly MemberProgress[] {
    const state = this.#state;
    if (state.leadership === null) return [];
    const rows: MemberProgress[] = [...state.leadership.progress.values()].map((progress) => ({
      node: progress.node,
      matchIndex: logIndex(progress.match),
      appliedIndex: logIndex(progress.applied),
      active: progress.isActive(state.now),
      learner: !state.configurations.isVoter(progress.node),
      standing: state.configurations.standingOf(progress.node),
      caughtUp: progress.isActive(state.now) && progress.catchUp.isCaughtUp,
      mode: progress.mode,
      nextIndex: logIndex(progress.nextIndex),
      inFlight: progress.inFlight,
      paused: progress.isPaused,
    }));
    rows.push({
      node: state.self,
      matchIndex: state.persistence.persistedIndex,
      appliedIndex: state.appliedIndex,
      active: true,
      learner: !state.isVoter,
      standing: state.configurations.standingOf(state.self),
      caughtUp: true,
      mode: 'replicate',
      nextIndex: logIndex(state.persistence.persistedIndex + 1),
      inFlight: 0,
      paused: false,
    });
    return rows.sort((a, b) => compareIds(a.node, b.node));
  }

  view(): RaftView {
    const { role, term, votedFor, leader, log, commitIndex, appliedIndex, quiet } = this.#state;
    return {
      role,
      term,
      votedFor,
      leader,
      start: log.start,
      lastIndex: log.lastIndex,
      persistedIndex: this.#state.persistence.persistedIndex,
      commitIndex,
      appliedIndex,
      configuration: this.#state.configurations.current,
      configurationIndex: this.#state.configurations.currentIndex,
      standing: this.#state.configurations.standingOf(this.#state.self),
      logBytes: log.bytes,
      quiet,
    };
  }
}
