// Requests that a client gave to this node although another one leads (`--via`): passed on to the
// leader and, when leadership moves, passed on again. Safe: a write carries its session, so that a
// second execution is impossible; a read has no effect.

import type { Incarnation, NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Refusal, Reply, Request, Result } from '../model/operation.ts';
import { type Call, type Calls, isChange } from './call.ts';
import type { Destination } from './destination.ts';
import type { Liveness } from './liveness.ts';
import type { Outbox } from './outbox.ts';
import { refuse } from './refusals.ts';

/** How long to wait before asking for the leader again. */
const retryTicks = 5;
/** Attempts of one incarnation; with as many numbers for each, a node never numbers two alike. */
const attemptsMax = 2 ** 32;

interface Passed {
  readonly call: Call;
  readonly destination: Destination;
  /** Of every attempt so far; each has its own, so that its answer says what became of it alone. */
  readonly ids: number[];
  /** The attempt that is waited for; null while no leader is known. */
  current: { readonly id: number; readonly target: NodeId } | null;
  /** A hint was followed since the last look round: nodes that name each other make no storm. */
  followed: boolean;
}

export class Forwards {
  readonly #calls: Calls;
  readonly #liveness: Liveness;
  readonly #outbox: Outbox;
  readonly #executeHere: (call: Call) => void;
  readonly #passed = new Set<Passed>();
  readonly #byAttempt = new Map<number, Passed>();
  /** An answer to an earlier life of this node may still come: it must not fit a new attempt. */
  #nextId: number;
  #ticks = 0;

  constructor(options: {
    calls: Calls;
    liveness: Liveness;
    outbox: Outbox;
    incarnation: Incarnation;
    /** Leadership came to this node while the call waited. */
    executeHere: (call: Call) => void;
  }) {
    this.#calls = options.calls;
    this.#liveness = options.liveness;
    this.#outbox = options.outbox;
    this.#executeHere = options.executeHere;
    this.#nextId = options.incarnation * attemptsMax + 1;
  }

  get open(): number {
    return this.#passed.size;
  }

  pass(call: Call, destination: Destination): void {
    const passed: Passed = { call, destination, ids: [], current: null, followed: false };
    this.#passed.add(passed);
    call.onDeadline = () => this.#timeOut(passed);
    this.#send(passed, destination.leader);
  }

  onForwarded({ id, result }: Reply): void {
    const passed = this.#byAttempt.get(id);
    if (!passed) return;
    this.#byAttempt.delete(id);
    if (result.kind === 'refused') {
      const { reason, effect, leader } = result.refusal;
      if (effect === 'none') passed.call.unresolved -= 1;
      // Late: another attempt is the question now. But what the log has said, stands.
      if (passed.current?.id !== id && !isVerdict(result.refusal)) return;
      const asked = passed.current?.target;
      passed.current = null;
      if (reason === 'not-leader') {
        if (leader === null && asked !== undefined) passed.destination.passOver(asked);
        this.#follow(passed, leader);
        return;
      }
    }
    this.#end(passed);
    this.#calls.answer(passed.call, viaThisNode(result, this.#liveness.self));
  }

  /** Whatever the peer had not answered must be asked of its successor. */
  onPeerDown(peer: NodeId): void {
    for (const passed of this.#passed) {
      if (passed.current?.target !== peer) continue;
      passed.current = null;
      passed.destination.passOver(peer);
    }
  }

  tick(ticks: number): void {
    this.#ticks += ticks;
    if (this.#ticks < retryTicks) return;
    this.#ticks = 0;
    for (const passed of [...this.#passed]) {
      passed.followed = false;
      const { leader } = passed.destination;
      if (leader !== passed.current?.target) this.#send(passed, leader);
    }
  }

  #follow(passed: Passed, hint: NodeId | null): void {
    // A leader that hands over to this node says so before this node leads.
    const isEarly = hint === this.#liveness.self && !passed.destination.isHere;
    if (passed.followed || isEarly) return;
    passed.followed = true;
    if (hint !== null) passed.destination.learn(hint);
    this.#send(passed, hint);
  }

  #send(passed: Passed, leader: NodeId | null): void {
    if (leader === null) return;
    if (!this.#liveness.reachable(leader)) {
      passed.destination.passOver(leader);
      return;
    }
    const { call } = passed;
    if (leader === this.#liveness.self) {
      this.#executeIfHere(passed);
      return;
    }
    const id = this.#nextId++;
    this.#byAttempt.set(id, passed);
    passed.ids.push(id);
    passed.current = { id, target: leader };
    call.unresolved += 1;
    const timeoutMs = Math.max(1, call.deadline - this.#calls.now) * limits.tickMs;
    const request: Request = { ...call.request, id, timeoutMs, forward: false };
    this.#outbox.send(leader, { kind: 'forward', request });
  }

  /** Wanted as the leader here, or called so by somebody, is not yet leading here. */
  #executeIfHere(passed: Passed): void {
    const { call, destination } = passed;
    if (!destination.isHere) {
      destination.passOver(this.#liveness.self);
      return;
    }
    this.#end(passed);
    this.#executeHere(call);
  }

  #end(passed: Passed): void {
    this.#passed.delete(passed);
    for (const id of passed.ids) this.#byAttempt.delete(id);
  }

  #timeOut(passed: Passed): void {
    this.#end(passed);
    const reach = passed.destination.reach(this.#liveness);
    const { request } = passed.call;
    const known = passed.destination.describe(this.#liveness);
    const result =
      passed.call.unresolved > 0
        ? refuse({
            reason: 'timeout',
            effect: isChange(request) ? 'unknown' : 'none',
            message: `forwarded, but the leader did not answer: ${known}`,
            reach,
          })
        : refuse({ reason: 'unavailable', effect: 'none', message: `no leader: ${known}`, reach });
    this.#calls.answer(passed.call, result);
  }
}

/** The log has executed it, with this end; every other attempt comes to the same. */
function isVerdict({ reason, effect }: Refusal): boolean {
  return effect === 'committed' || reason === 'condition-failed' || reason === 'not-a-number';
}

function viaThisNode(result: Result, via: NodeId): Result {
  return result.kind === 'written' || result.kind === 'read' ? { ...result, via } : result;
}
