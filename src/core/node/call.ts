// One request while this node works on it, and the register of all of them. Every call is answered
// exactly once: with a result, a refusal, or at its deadline with what may honestly be concluded by
// then.

import type { ConnectionId, NodeId, Tick } from '../model/ids.ts';
import { tick } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Request, Result } from '../model/operation.ts';
import type { Outbox } from './outbox.ts';

/** Who waits for the answer: a client here, or the node that forwarded the request. */
export type Asker =
  | { readonly kind: 'client'; readonly connection: ConnectionId }
  | { readonly kind: 'node'; readonly node: NodeId };

export class Call {
  readonly request: Request;
  readonly asker: Asker;
  readonly deadline: Tick;
  /** Times that it was handed to another node of which nobody has said that it had no effect. */
  unresolved = 0;
  #answered = false;
  /**
   * What to say at the deadline; replaced as the call moves on, because the honest answer changes.
   */
  onDeadline: () => void = () => undefined;

  constructor(options: { request: Request; asker: Asker; deadline: Tick }) {
    this.request = options.request;
    this.asker = options.asker;
    this.deadline = options.deadline;
  }

  get answered(): boolean {
    return this.#answered;
  }

  markAnswered(): void {
    this.#answered = true;
  }
}

export class Calls {
  readonly #outbox: Outbox;
  readonly #byDeadline = new Map<number, Set<Call>>();
  #now: Tick = tick(0);
  #open = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  get open(): number {
    return this.#open;
  }

  get now(): Tick {
    return this.#now;
  }

  start(asker: Asker, request: Request): Call {
    const wait = Math.max(1, Math.ceil(request.timeoutMs / limits.tickMs));
    const call = new Call({ request, asker, deadline: tick(this.#now + wait) });
    const bucket = this.#byDeadline.get(call.deadline);
    if (bucket) bucket.add(call);
    else this.#byDeadline.set(call.deadline, new Set([call]));
    this.#open += 1;
    return call;
  }

  /** Later answers of the same call are dropped: a call may be settled by more than one road. */
  answer(call: Call, result: Result): void {
    if (call.answered) return;
    call.markAnswered();
    const bucket = this.#byDeadline.get(call.deadline);
    bucket?.delete(call);
    if (bucket?.size === 0) this.#byDeadline.delete(call.deadline);
    this.#open -= 1;
    const reply = { id: call.request.id, result: honest(call, result) };
    if (call.asker.kind === 'client') this.#outbox.reply(call.asker.connection, reply);
    else this.#outbox.send(call.asker.node, { kind: 'forwarded', reply });
  }

  /** Ends every call whose deadline has come. */
  advance(ticks: number): void {
    const until = this.#now + ticks;
    if (this.#byDeadline.size === 0) this.#now = tick(until);
    for (let now = this.#now + 1; now <= until; now++) {
      this.#now = tick(now);
      const due = this.#byDeadline.get(now);
      if (!due) continue;
      this.#byDeadline.delete(now);
      for (const call of due) call.onDeadline();
    }
  }
}

/** What becomes of it must be known: a write, or a change of the cluster itself. */
export function isChange({ operation, session }: Request): boolean {
  const { kind } = operation;
  return session !== null || kind === 'join' || kind === 'leave' || kind === 'configure';
}

/**
 * A refusal speaks of the last attempt. While an earlier one may still take effect elsewhere, "no
 * effect" is true only of what the log decided: it decides the same for every attempt.
 */
function honest({ request, unresolved }: Call, result: Result): Result {
  if (result.kind !== 'refused' || !isChange(request) || unresolved === 0) return result;
  const { refusal } = result;
  const { effect, reason } = refusal;
  if (effect !== 'none' || reason === 'condition-failed' || reason === 'not-a-number') {
    return result;
  }
  return { kind: 'refused', refusal: { ...refusal, effect: 'unknown' } };
}
