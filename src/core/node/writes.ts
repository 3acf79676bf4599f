// The levels `quorum` and `all` of a write: proposed by the leader, answered when its entry is
// applied. Invariant: a waiting call is settled by the entry that is applied at its index, whatever
// that entry is: the same term, and it is this write; another, and this write can never commit (log
// matching, §5.3).

import type { HybridClock } from '../clocks/hlc.ts';
import type { ApplyResult } from '../data/partition.ts';
import { assert } from '../model/assert.ts';
import type { Entry } from '../model/entry.ts';
import type { LogIndex, NodeId, Term } from '../model/ids.ts';
import type { Result, SessionRef, WriteOperation } from '../model/operation.ts';
import type { SessionResult } from '../model/state.ts';
import type { ProposeRefusal } from '../raft/contract.ts';
import type { Call, Calls } from './call.ts';
import { commandSize } from './command-size.ts';
import type { EveryReplica } from './every-replica.ts';
import type { Liveness } from './liveness.ts';
import { describeReach, hasQuorum, nameOf, reachOf } from './reach.ts';
import { letGo, refuse } from './refusals.ts';
import type { Replica } from './replica.ts';

interface Proposed {
  readonly call: Call;
  readonly term: Term;
}

export interface WriteRequest {
  readonly call: Call;
  readonly replica: Replica;
  readonly operation: WriteOperation;
  readonly session: SessionRef;
}

export class Writes {
  readonly #calls: Calls;
  readonly #liveness: Liveness;
  readonly #clock: HybridClock;
  readonly #everyReplica: EveryReplica;
  readonly #proposed = new WeakMap<Replica, Map<LogIndex, Proposed>>();
  /** Physical clock of the host, for the hybrid clock. */
  wallMs: number;

  constructor(options: {
    calls: Calls;
    liveness: Liveness;
    clock: HybridClock;
    everyReplica: EveryReplica;
    wallMs: number;
  }) {
    this.#calls = options.calls;
    this.#liveness = options.liveness;
    this.#clock = options.clock;
    this.#everyReplica = options.everyReplica;
    this.wallMs = options.wallMs;
  }

  /** This node leads the group: propose, or refuse with certainly no effect. */
  propose({ call, replica, operation, session }: WriteRequest): void {
    if (!hasQuorum(replica, this.#liveness)) {
      this.#refuse(call, replica, 'unavailable');
      return;
    }
    // Once evicted, a client with a fast clock would fence the others out (data/sessions).
    if (this.#clock.update(session.issuedAt, this.wallMs).kind !== 'ok') {
      this.#refuse(call, replica, 'clock-ahead');
      return;
    }
    const hlc = this.#clock.now(this.wallMs);
    const command = { kind: 'write', operation, session, hlc } as const;
    const proposal = replica.raft.propose(command, commandSize(command));
    if (proposal.kind !== 'proposed') {
      this.#refuseProposal(call, replica, proposal);
      return;
    }
    call.onDeadline = () => this.#timeOut(call, replica);
    const waiting = this.#waitingOf(replica);
    // An older proposal at this index is gone from our log, but may survive in another's: unknown.
    const older = waiting.get(proposal.index);
    if (older) this.#timeOut(older.call, replica);
    waiting.set(proposal.index, { call, term: proposal.term });
  }

  /** `entry` was applied with `result`: settle whoever waited at its index. */
  onApplied(replica: Replica, entry: Entry, result: ApplyResult | null): void {
    const waiting = this.#proposed.get(replica);
    const proposed = waiting?.get(entry.index);
    if (!waiting || !proposed) return;
    waiting.delete(entry.index);
    if (proposed.term !== entry.term || result === null) {
      this.#lose(proposed.call, replica);
      return;
    }
    this.#finish({ call: proposed.call, replica, index: entry.index, result });
  }

  /** A snapshot replaced the state: what was applied in between is not known here. */
  onInstalled(replica: Replica): void {
    const waiting = this.#proposed.get(replica);
    if (!waiting) return;
    for (const [index, { call }] of waiting) {
      if (index > replica.appliedIndex) continue;
      waiting.delete(index);
      this.#timeOut(call, replica);
    }
  }

  /** The group has let go of this node: where the session is known now, the outcome is known too. */
  onLetGo(replica: Replica): void {
    for (const { call } of this.#proposed.get(replica)?.values() ?? [])
      this.#calls.answer(call, letGo(replica, reachOf(replica, this.#liveness)));
    this.#proposed.delete(replica);
  }

  #finish(done: { call: Call; replica: Replica; index: LogIndex; result: ApplyResult }): void {
    const { call, replica, result } = done;
    switch (result.kind) {
      case 'written':
        this.#onWritten({ ...done, result });
        return;
      case 'refused':
        this.#refuseResult(call, replica, result);
        return;
      case 'session-expired':
        this.#calls.answer(
          call,
          refuse({
            reason: 'session-expired',
            effect: 'unknown',
            message: 'the session of this write is forgotten: it may have been executed before',
            reach: reachOf(replica, this.#liveness),
          }),
        );
        return;
      default:
        assert(false, () => `a client's write was applied as ${result.kind}`);
    }
  }

  #onWritten(done: {
    call: Call;
    replica: Replica;
    index: LogIndex;
    result: Extract<SessionResult, { kind: 'written' }>;
  }): void {
    const { call, replica, index, result } = done;
    const { version, number } = result;
    const written = (acks: readonly NodeId[]): Result => ({
      kind: 'written',
      version,
      acks,
      number,
      via: this.#liveness.self,
    });
    if (call.request.consistency === 'all') {
      this.#everyReplica.wait({ call, replica, index, written: version, result: written });
    } else this.#calls.answer(call, written(replica.raft.holdersOf(index)));
  }

  #refuseResult(
    call: Call,
    replica: Replica,
    result: Extract<SessionResult, { kind: 'refused' }>,
  ): void {
    const message =
      result.reason === 'condition-failed'
        ? `ifVersion does not match: the key is at version ${result.version?.index ?? 0}`
        : 'the value is not a whole number that can be counted';
    const reach = reachOf(replica, this.#liveness);
    const { reason, version } = result;
    this.#calls.answer(call, refuse({ reason, effect: 'none', message, reach, version }));
  }

  #refuse(call: Call, replica: Replica, reason: 'unavailable' | 'clock-ahead'): void {
    const reach = reachOf(replica, this.#liveness);
    const message =
      reason === 'unavailable'
        ? describeReach(replica, reach)
        : 'the clock of the client is too far ahead of this node';
    this.#calls.answer(call, refuse({ reason, effect: 'none', message, reach }));
  }

  #refuseProposal(call: Call, replica: Replica, refusal: ProposeRefusal): void {
    const reach = reachOf(replica, this.#liveness);
    if (refusal.kind === 'overloaded') {
      const message = `${nameOf(replica)} has too much uncommitted`;
      this.#calls.answer(call, refuse({ reason: 'overloaded', effect: 'none', message, reach }));
      return;
    }
    const leader = refusal.kind === 'transferring' ? refusal.to : refusal.leader;
    const message = `${nameOf(replica)} is led by ${leader ?? 'nobody known'}`;
    const facts = { reason: 'not-leader', effect: 'none', message } as const;
    this.#calls.answer(call, refuse({ ...facts, reach: { ...reach, leader } }));
  }

  #lose(call: Call, replica: Replica): void {
    const reach = reachOf(replica, this.#liveness);
    const message = 'another leader took over before this write was replicated';
    this.#calls.answer(call, refuse({ reason: 'not-leader', effect: 'none', message, reach }));
  }

  #timeOut(call: Call, replica: Replica): void {
    const reach = reachOf(replica, this.#liveness);
    const message = `proposed, but not known to be committed: ${describeReach(replica, reach)}`;
    this.#calls.answer(call, refuse({ reason: 'timeout', effect: 'unknown', message, reach }));
  }

  #waitingOf(replica: Replica): Map<LogIndex, Proposed> {
    let waiting = this.#proposed.get(replica);
    if (!waiting) {
      waiting = new Map();
      this.#proposed.set(replica, waiting);
    }
    return waiting;
  }
}
