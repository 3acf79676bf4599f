// One request on its way to an end, with the same rules as the client library (client/dispatcher.ts,
// client/verdict.ts): a repeated write carries the same session, a `one` write is never sent twice,
// and what may have arrived is never called failed.
//
//   place ──► waiting for an answer ──► ended
//     ▲            │ refused without effect, or no answer in time
//     └─ pause ◄───┘
//
// Invariant: `unresolved` counts attempts that were sent and of which nobody said that they had no
// effect; only when it is 0, and none is under way, may a write be called failed.

import { assert } from '../../core/model/assert.ts';
import type { GroupId, NodeId } from '../../core/model/ids.ts';
import type {
  Consistency,
  Operation,
  Refusal,
  Request,
  Result,
  SessionRef,
} from '../../core/model/operation.ts';
import type { Random } from '../../core/model/random.ts';
import type { Routes } from './routes.ts';

/** How a request ended for its caller. */
export type Ending =
  | { readonly kind: 'ok'; readonly result: Exclude<Result, { kind: 'refused' }> }
  /** A write at `all` that is committed, but not known to be everywhere. */
  | { readonly kind: 'committed' }
  /** Certainly no effect. */
  | { readonly kind: 'failed'; readonly reason: Refusal['reason'] | 'no-answer' }
  | { readonly kind: 'unknown' };

export interface CallOptions {
  readonly operation: Operation;
  readonly group: GroupId;
  readonly consistency: Consistency;
  readonly session: SessionRef | null;
  readonly via: NodeId | 'leader';
  readonly retries: number;
  readonly deadlineTicks: number;
  readonly random: Random;
  readonly routes: Routes;
  /** Unique among all clients. */
  readonly nextId: () => number;
  readonly send: (node: NodeId, request: Request) => void;
  readonly onEnd: (ending: Ending) => void;
}

/** Chance that a write is sent to two nodes at once, as by a client that lost its patience. */
const twinShare = 0.08;
const pauseTicksMax = 40;
const tickMs = 10;
/** A caller waits no longer, whatever its retries. */
const patienceTicksMax = 400;
/** A caller that never tries again takes these for the answer: "failed" is then said early. */
const endsTheImpatient: readonly Refusal['reason'][] = ['timeout', 'unavailable', 'overloaded'];
/** Many may wait in vain for a replica that is gone, one after the other. */
const lastTryTicks = 150;

export class Call {
  readonly #options: CallOptions;
  #givesUpAt: number;
  /** Attempts that may still be answered, and where they went. */
  readonly #open = new Map<number, NodeId>();
  /** The attempt that is waited for. */
  #current: { readonly id: number; readonly sentAt: number } | null = null;
  #unresolved = 0;
  #tries = 0;
  #resent = 0;
  #pauses = 0;
  #redirects = 0;
  #retryAt: number;
  #refusedBy: NodeId | null = null;
  #ended = false;
  /** True: the storm is over, and the call must come to a real end. */
  #insists = false;
  /** True: the storm is over. */
  #isLast = false;

  constructor(options: CallOptions, now: number) {
    this.#options = options;
    this.#retryAt = now;
    const { deadlineTicks, retries } = options;
    this.#givesUpAt = now + Math.min(patienceTicksMax, deadlineTicks * (retries + 1));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /**
   * The storm is over. What needs a quorum must come to a real end; what needs every replica may be
   * waiting for one that is gone for good, and is tried for a while.
   */
  insist(now: number): void {
    this.#isLast = true;
    this.#insists = this.#options.consistency !== 'all';
    this.#givesUpAt = Math.min(this.#givesUpAt, now + lastTryTicks);
  }

  onTick(now: number): void {
    const { deadlineTicks } = this.#options;
    if (!this.#insists && now >= this.#givesUpAt) this.#giveUp('no-answer');
    else if (this.#current === null) {
      if (now >= this.#retryAt) this.#place(now);
    } else if (now - this.#current.sentAt >= deadlineTicks) this.#onSilence(now);
  }

  onReply(id: number, result: Result, now: number): void {
    const from = this.#open.get(id);
    if (this.#ended || from === undefined) return;
    this.#open.delete(id);
    if (result.kind !== 'refused') this.#end({ kind: 'ok', result });
    else this.#onRefusal(id, { from, refusal: result.refusal, now });
  }

  #place(now: number): void {
    const node = this.#choose();
    this.#send(node, now);
    const { random, session, consistency } = this.#options;
    if (session === null || consistency === 'one' || !random.chance(twinShare)) return;
    this.#sendAside(this.#other(node), now);
  }

  #send(node: NodeId, now: number): void {
    const id = this.#options.nextId();
    this.#current = { id, sentAt: now };
    this.#open.set(id, node);
    this.#tries += 1;
    this.#options.send(node, this.#request(id, now));
  }

  /** The same write once more; its answer counts like that of any earlier attempt. */
  #sendAside(node: NodeId, now: number): void {
    const id = this.#options.nextId();
    this.#open.set(id, node);
    this.#unresolved += 1;
    this.#options.send(node, this.#request(id, now));
  }

  #request(id: number, now: number): Request {
    const { operation, consistency, session, deadlineTicks, random } = this.#options;
    const left = this.#insists ? deadlineTicks : Math.min(deadlineTicks, this.#givesUpAt - now);
    // The node shall give up first, and say what may be concluded, while the client still listens.
    const told = random.chance(0.7) ? random.between(Math.ceil(left / 3), left) : left;
    const timeoutMs = Math.max(1, told) * tickMs;
    return { id, operation, consistency, timeoutMs, session, forward: random.chance(0.4) };
  }

  #choose(): NodeId {
    const { via, routes, group, consistency, random } = this.#options;
    if (this.#tries === 0 && via !== 'leader') return via;
    const leader = routes.leaderOf(group);
    if (leader !== null && leader !== this.#refusedBy && consistency !== 'one') return leader;
    const others = routes.candidates(group).filter((node) => node !== this.#refusedBy);
    const from = others.length > 0 ? others : routes.candidates(group);
    const chosen = from[random.below(from.length)];
    assert(chosen !== undefined, 'a cluster has members');
    return chosen;
  }

  #other(node: NodeId): NodeId {
    const { routes, group, random } = this.#options;
    const others = routes.candidates(group).filter((each) => each !== node);
    return others[random.below(Math.max(1, others.length))] ?? node;
  }

  #onRefusal(id: number, said: { from: NodeId; refusal: Refusal; now: number }): void {
    const { from, refusal, now } = said;
    const { routes, group } = this.#options;
    if (refusal.reason === 'not-leader') routes.learnFrom(group, from, refusal);
    if (refusal.reason === 'stopping') routes.forget(from);
    const isLate = this.#current?.id !== id;
    if (isLate && refusal.effect === 'none' && this.#isWrite) this.#unresolved -= 1;
    if (isLate) return;
    this.#current = null;
    this.#refusedBy = from;
    if (refusal.effect === 'unknown' && this.#isWrite) this.#unresolved += 1;
    this.#judge(refusal, now);
  }

  #judge(refusal: Refusal, now: number): void {
    const isImpatient = this.#options.retries === 0 && !this.#insists;
    if (isImpatient && endsTheImpatient.includes(refusal.reason)) {
      this.#giveUp(refusal.reason);
      return;
    }
    switch (refusal.reason) {
      // The log decided, and decides the same for every attempt.
      case 'condition-failed':
      case 'not-a-number':
        this.#end({ kind: 'failed', reason: refusal.reason });
        return;
      case 'session-expired':
        this.#end({ kind: 'unknown' });
        return;
      case 'not-at-all':
        this.#end({ kind: 'committed' });
        return;
      case 'invalid':
      case 'clock-ahead':
      case 'member-exists':
      case 'member-unknown':
      case 'member-needed':
      case 'feature-missing':
        this.#giveUp(refusal.reason);
        return;
      case 'timeout':
        if (this.#isRepeatable) this.#pause(now);
        else this.#end({ kind: 'unknown' });
        return;
      case 'overloaded':
        this.#pause(now);
        return;
      case 'stopping':
      case 'not-leader':
      case 'unavailable':
        this.#redirect(refusal, now);
        return;
    }
  }

  #redirect(refusal: Refusal, now: number): void {
    this.#redirects += 1;
    if (refusal.leader !== null && this.#redirects <= 3) this.#retryAt = now;
    else this.#pause(now);
  }

  #pause(now: number): void {
    const full = Math.min(pauseTicksMax, 2 ** this.#pauses);
    this.#pauses += 1;
    this.#redirects = 0;
    this.#retryAt = now + this.#options.random.between(1, full + 1);
  }

  /** Nobody answered the attempt in time: it may have arrived. */
  #onSilence(now: number): void {
    const current = this.#current;
    if (current === null) return;
    const node = this.#open.get(current.id);
    if (node !== undefined) this.#options.routes.forget(node);
    this.#refusedBy = node ?? null;
    this.#current = null;
    if (this.#isWrite) this.#unresolved += 1;
    this.#resent += 1;
    const mayResend = this.#isLast || this.#resent <= this.#options.retries;
    if (this.#isRepeatable && mayResend) this.#place(now);
    else this.#giveUp('no-answer');
  }

  #giveUp(reason: Refusal['reason'] | 'no-answer'): void {
    const mayHaveEffect = this.#isWrite && (this.#unresolved > 0 || this.#current !== null);
    this.#end(mayHaveEffect ? { kind: 'unknown' } : { kind: 'failed', reason });
  }

  #end(ending: Ending): void {
    this.#ended = true;
    this.#current = null;
    this.#options.onEnd(ending);
  }

  get #isWrite(): boolean {
    return this.#options.session !== null;
  }

  /** A `one` write that is sent again is a second write. */
  get #isRepeatable(): boolean {
    return !this.#isWrite || this.#options.consistency !== 'one';
  }
}
