// Requests that a client gave to this node although another one leads (`--via`): passed on to the
// leader and, when leadership moves, passed on again. Safe: a write carries its session, so that a
// second execution is impossible; a read has no effect.

import type { NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Reply, Request, Result } from '../model/operation.ts';
import type { Call, Calls } from './call.ts';
import type { Liveness } from './liveness.ts';
import type { Outbox } from './outbox.ts';
import { describeReach, reachOf } from './reach.ts';
import { refuse } from './refusals.ts';
import type { Replica } from './replica.ts';

/** How long to wait before asking for the leader again. */
const retryTicks = 5;

interface Passed {
  readonly id: number;
  readonly call: Call;
  readonly replica: Replica;
  /** Whom it was sent to last; null while no leader is known. */
  target: NodeId | null;
  /** True once any node may have received it. */
  sent: boolean;
}

export class Forwards {
  readonly #calls: Calls;
  readonly #liveness: Liveness;
  readonly #outbox: Outbox;
  readonly #executeHere: (call: Call) => void;
  readonly #passed = new Map<number, Passed>();
  #nextId = 1;
  #ticks = 0;

  constructor(options: {
    calls: Calls;
    liveness: Liveness;
    outbox: Outbox;
    /** Leadership came to this node while the call waited. */
    executeHere: (call: Call) => void;
  }) {
    this.#calls = options.calls;
    this.#liveness = options.liveness;
    this.#outbox = options.outbox;
    this.#executeHere = options.executeHere;
  }

  get open(): number {
    return this.#passed.size;
  }

  pass(call: Call, replica: Replica): void {
    const passed: Passed = { id: this.#nextId++, call, replica, target: null, sent: false };
    this.#passed.set(passed.id, passed);
    call.onDeadline = () => this.#timeOut(passed);
    this.#send(passed, replica.raft.view().leader);
  }

  onForwarded(reply: Reply): void {
    const passed = this.#passed.get(reply.id);
    if (!passed) return;
    const { result } = reply;
    if (result.kind === 'refused' && result.refusal.reason === 'not-leader') {
      passed.target = null;
      const { leader } = result.refusal;
      if (leader !== null) this.#send(passed, leader);
      return;
    }
    this.#passed.delete(reply.id);
    this.#calls.answer(passed.call, viaThisNode(result, this.#liveness.self));
  }

  /** Whatever the peer had not answered must be asked of its successor. */
  onPeerDown(peer: NodeId): void {
    for (const passed of this.#passed.values()) if (passed.target === peer) passed.target = null;
  }

  tick(ticks: number): void {
    this.#ticks += ticks;
    if (this.#ticks < retryTicks) return;
    this.#ticks = 0;
    for (const passed of this.#passed.values()) {
      const { leader } = passed.replica.raft.view();
      if (leader !== null && leader !== passed.target) this.#send(passed, leader);
    }
  }

  #send(passed: Passed, leader: NodeId | null): void {
    if (leader === null || !this.#liveness.reachable(leader)) return;
    passed.target = leader;
    if (leader === this.#liveness.self) {
      this.#passed.delete(passed.id);
      this.#executeHere(passed.call);
      return;
    }
    passed.sent = true;
    const left = Math.max(1, passed.call.deadline - this.#calls.now);
    const request: Request = {
      ...passed.call.request,
      id: passed.id,
      timeoutMs: left * limits.tickMs,
      forward: false,
    };
    this.#outbox.send(leader, { kind: 'forward', request });
  }

  #timeOut(passed: Passed): void {
    this.#passed.delete(passed.id);
    const reach = reachOf(passed.replica, this.#liveness);
    const isWrite = passed.call.request.session !== null;
    const known = describeReach(passed.replica, reach);
    const result = passed.sent
      ? refuse({
          reason: 'timeout',
          effect: isWrite ? 'unknown' : 'none',
          message: `forwarded, but the leader did not answer: ${known}`,
          reach,
        })
      : refuse({ reason: 'unavailable', effect: 'none', message: `no leader: ${known}`, reach });
    this.#calls.answer(passed.call, result);
  }
}

function viaThisNode(result: Result, via: NodeId): Result {
  return result.kind === 'written' || result.kind === 'read' ? { ...result, via } : result;
}
