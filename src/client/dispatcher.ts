// Brings every call to an end before its deadline: chooses a node, sends, follows redirects, tries
// again where that certainly does no harm, and says `unknown` where it cannot know.
//
//              ┌────────── choose ◄── back-off ◄──┐
//   submit ──► │ waiting ──► unsent ──► sent ─────┼──► resolved / rejected
//              └─────◄──── node down ─────◄───────┘
//
// Invariants: a repeated write carries the same session; a `one` write is never sent twice; a call
// ends once.

import type { NodeId } from '../core/model/ids.ts';
import type { Refusal, Result } from '../core/model/operation.ts';
import { DsysError } from '../errors.ts';
import type { Attempt, Call, CallOptions, Success } from './call.ts';
import { isChange, isRepeatable, isWrite, mayHaveEffect, newCall } from './call.ts';
import { candidatesOf, chooseNode } from './choice.ts';
import { isLasting } from './connection.ts';
import { closed, expired, nobodyAnswers, outcomeUnknown } from './failures.ts';
import type { FleetOptions } from './fleet.ts';
import { Fleet } from './fleet.ts';
import { requestOf } from './request.ts';
import type { Routes } from './routes.ts';
import type { Session } from './session.ts';
import { graceMs, judge, leadsTo } from './verdict.ts';

/** Open calls of one client; beyond it the caller is told at once. */
const callsMax = 65_536;
/** How long a call waits for the address of a leader that the fleet does not know yet. */
const strangerMs = 50;
/** How often deadlines, back-offs and silent nodes are looked at while calls are open. */
const sweepMs = 10;

export interface DispatcherOptions extends FleetOptions {
  readonly routes: Routes;
  readonly session: Session;
  /** A connection is ready; the place to ask for the topology. */
  readonly onNodeUp: (node: NodeId) => void;
  /** A node owes answers and does not speak; the place to ask it for a sign of life. */
  readonly onNodeSlow: (node: NodeId) => void;
  /** A connection died, or the node behind it is another one now. */
  readonly onNodeLost: (node: NodeId) => void;
  /** `from` names a leader that the fleet does not know; the place to ask it for the members. */
  readonly onStranger: (from: NodeId) => void;
  /** Nobody who could answer is reachable. True: there are others now, who were not known. */
  readonly onNobody: () => boolean;
}

export class Dispatcher {
  readonly #routes: Routes;
  readonly #session: Session;
  readonly #fleet: Fleet;
  readonly #options: DispatcherOptions;
  readonly #calls = new Set<Call>();
  /** Writes that wait until fewer are open. */
  readonly #gate: Call[] = [];
  /** Placing may end calls, which opens the gate: that must not nest. */
  #gateOpening = false;
  #nextRequestId = 1;
  #sweeper: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: DispatcherOptions) {
    this.#routes = options.routes;
    this.#session = options.session;
    this.#options = options;
    this.#fleet = new Fleet(options, {
      onUp: (node) => {
        this.#placeStranded();
        options.onNodeUp(node);
      },
      onDown: (node, unsent, lost) => this.#onDown(node, unsent, lost),
      onAnswer: (attempt, result) => this.#onAnswer(attempt, result),
    });
  }

  get fleet(): Fleet {
    return this.#fleet;
  }

  submit(options: CallOptions): Promise<Success> {
    return new Promise((resolve, reject) => {
      const call = newCall(options, { resolve, reject }, performance.now());
      if (this.#closed) return reject(closed(call));
      if (this.#calls.size >= callsMax) return reject(tooManyCalls());
      this.#calls.add(call);
      this.#sweeper ??= setInterval(() => this.#sweep(), sweepMs);
      this.#place(call);
    });
  }

  /** Members came or went: calls that wait for one of those that came can go on. */
  onMembersChanged(): void {
    const now = performance.now();
    for (const call of this.#calls) {
      const leader = isPausing(call) ? this.#routes.leaderOf(call.group) : null;
      if (leader !== null && this.#fleet.reachabilityOf(leader, now) === 'fresh') this.#place(call);
    }
  }

  /** Ends every open call by what is known of it, and every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#gate.length = 0;
    for (const call of [...this.#calls]) this.#reject(call, closed(call));
    this.#restSweeper();
    await this.#fleet.close();
  }

  /** Puts the call into the outbox of the best node, or leaves it waiting for one. */
  #place(call: Call): void {
    if (!this.#hasName(call)) return;
    const { operation } = call;
    if ('key' in operation) call.group ??= this.#routes.groupOf(operation.key);
    const now = performance.now();
    const node = chooseNode(call, this.#routes, (one) => this.#fleet.reachabilityOf(one, now));
    if (node !== null) this.#send(call, node, now);
    else if (call.pin === null && this.#options.onNobody()) this.#place(call);
    else this.#strand(call, now);
  }

  #send(call: Call, node: NodeId, now: number): void {
    const connection = this.#fleet.connection(node);
    const request = requestOf({ id: this.#nextRequestId, call, routes: this.#routes, now });
    const attempt: Attempt = { request, call, connection, startedAt: now, sent: false };
    this.#nextRequestId += 1;
    call.strandedSince = null;
    call.attempt = attempt;
    call.tries += 1;
    connection.send(attempt);
  }

  /** False: the write waits for its name, and is placed again when there is one. */
  #hasName(call: Call): boolean {
    if (!isWrite(call) || call.session !== null) return true;
    call.session = this.#session.begin();
    if (call.session === null) this.#gate.push(call);
    return call.session !== null;
  }

  #strand(call: Call, now: number): void {
    call.strandedSince ??= now;
    call.retryAt = now + sweepMs;
    const faults = this.#fleet.faults(candidatesOf(call, this.#routes));
    const isHopeless = [...faults.values()].every(({ fault }) => isLasting(fault));
    if (call.pin === null && !isHopeless && now - call.strandedSince < graceMs) return;
    if (!mayHaveEffect(call)) this.#reject(call, nobodyAnswers(call, faults));
    else if (call.pin !== null)
      this.#reject(call, outcomeUnknown(call, 'its connection was lost before an answer came'));
  }

  #placeStranded(): void {
    for (const call of this.#calls) if (call.strandedSince !== null) this.#place(call);
  }

  #onAnswer(attempt: Attempt, result: Result): void {
    const { call } = attempt;
    if (!this.#calls.has(call)) return;
    if (result.kind === 'refused') this.#onRefusal(attempt, result.refusal);
    else if (this.#forget(call)) call.resolve(result);
  }

  #onRefusal(attempt: Attempt, refusal: Refusal): void {
    const { call } = attempt;
    const { startedAt, connection } = attempt;
    const from = connection.node;
    const isLate = call.attempt !== attempt;
    this.#learn(call, from, refusal);
    if (isLate && refusal.effect === 'none' && isChange(call)) call.unresolved -= 1;
    if (isLate) return;
    call.attempt = null;
    if (refusal.effect === 'unknown' && isChange(call)) call.unresolved += 1;
    call.lastRefusal = refusal;
    call.refusedBy = from;
    const now = performance.now();
    const verdict = judge({ call, from, refusal, open: this.#calls.size, startedAt, now });
    if (verdict.kind === 'reject') this.#reject(call, verdict.error);
    else if (this.#namesStranger(refusal, from)) call.retryAt = now + strangerMs;
    else if (verdict.delayMs === 0) this.#place(call);
    else call.retryAt = now + verdict.delayMs;
  }

  /** The leader is a member that the client has not heard of; whoever named it is asked. */
  #namesStranger(refusal: Refusal, from: NodeId): boolean {
    const leader = leadsTo(refusal, from);
    if (leader === null || this.#fleet.knows(leader)) return false;
    this.#options.onStranger(from);
    return true;
  }

  #learn(call: Call, from: NodeId, refusal: Refusal): void {
    if (refusal.reason === 'stopping') this.#routes.forgetLeader(from);
    if (call.group === null || refusal.reason !== 'not-leader') return;
    const { replicas } = refusal;
    const leader = leadsTo(refusal, from);
    const isNews = this.#routes.learnFrom({ group: call.group, from, replicas, leader });
    if (!isNews || this.#namesStranger(refusal, from)) return;
    for (const other of this.#calls)
      if (other !== call && other.group === call.group && isPausing(other)) this.#place(other);
  }

  #onDown(node: NodeId, unsent: readonly Attempt[], lost: readonly Attempt[]): void {
    this.#routes.forgetLeader(node);
    for (const attempt of lost) this.#onLost(attempt);
    for (const { call } of [...lost, ...unsent]) {
      if (!this.#calls.has(call) || call.attempt?.connection.node !== node) continue;
      call.attempt = null;
      if (call.unresolved > 0 && !isRepeatable(call))
        this.#reject(call, outcomeUnknown(call, `the connection to ${node} was lost`));
      else this.#place(call);
    }
    if (!this.#closed && this.#fleet.isLost(node)) this.#options.onNodeLost(node);
  }

  /** Sent, and now nobody will answer. Attempts that were given up before are counted already. */
  #onLost(attempt: Attempt): void {
    const { call } = attempt;
    if (call.attempt === attempt && isChange(call)) call.unresolved += 1;
  }

  #sweep(): void {
    const now = performance.now();
    const slow = this.#fleet.slowNodes(now);
    if (slow.size > 0 && this.#isAwaited()) for (const node of slow) this.#options.onNodeSlow(node);
    for (const call of this.#calls) {
      if (now >= call.deadline) this.#expire(call);
      else if (isPausing(call) && now >= call.retryAt) this.#place(call);
      else if (slow.size > 0) this.#avoid(call, slow, now);
    }
    this.#restSweeper();
  }

  /** Somebody waits, not only the client's own questions to single nodes. */
  #isAwaited(): boolean {
    for (const { operation, pin } of this.#calls)
      if (operation.kind !== 'topology' || pin === null) return true;
    return false;
  }

  /** A node that does not speak may be paused: let another one answer, where that does no harm. */
  #avoid(call: Call, slow: ReadonlySet<NodeId>, now: number): void {
    const { attempt, pin, consistency } = call;
    if (attempt === null || pin !== null || !slow.has(attempt.connection.node)) return;
    if (attempt.sent && (!isRepeatable(call) || consistency === 'all')) return;
    const next = chooseNode(call, this.#routes, (one) => this.#fleet.reachabilityOf(one, now));
    if (next === null || slow.has(next)) return;
    if (attempt.sent) call.earlier.push(attempt);
    else attempt.connection.withdraw(attempt);
    if (attempt.sent && isChange(call)) call.unresolved += 1;
    call.attempt = null;
    this.#place(call);
  }

  #expire(call: Call): void {
    this.#reject(call, expired(call, this.#fleet.faults(candidatesOf(call, this.#routes))));
  }

  #reject(call: Call, error: DsysError): void {
    if (this.#forget(call)) call.reject(error);
  }

  /** The call has ended; false when it had before. */
  #forget(call: Call): boolean {
    if (!this.#calls.delete(call)) return false;
    const { attempt } = call;
    for (const one of attempt === null ? call.earlier : [...call.earlier, attempt])
      one.connection.withdraw(one);
    if (call.session !== null) this.#session.end(call.session);
    this.#openGate();
    return true;
  }

  #openGate(): void {
    if (this.#gateOpening) return;
    this.#gateOpening = true;
    while (this.#gate.length > 0 && this.#session.hasRoom) {
      const call = this.#gate.shift();
      if (call !== undefined && this.#calls.has(call)) this.#place(call);
    }
    this.#gateOpening = false;
  }

  #restSweeper(): void {
    if (this.#calls.size > 0 || this.#sweeper === null) return;
    clearInterval(this.#sweeper);
    this.#sweeper = null;
  }
}

/** It waits for its time, or for a node; not for its name. */
function isPausing(call: Call): boolean {
  return call.attempt === null && (call.session !== null || !isWrite(call));
}

function tooManyCalls(): DsysError {
  return new DsysError({
    code: 'overloaded',
    message: `expected at most ${callsMax} operations in flight from one client`,
    hint: 'await some of them before starting more',
  });
}
