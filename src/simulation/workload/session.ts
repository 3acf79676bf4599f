// The names that one client gives to its writes (the twin of client/session.ts, on the world's
// clock): a sequence number is used once, `firstUnanswered` never passes a write that is open.

import type { ClientId } from '../../core/model/ids.ts';
import type { SessionRef } from '../../core/model/operation.ts';
import type { Timestamp } from '../../core/model/version.ts';

export class ClientSession {
  readonly #clientId: ClientId;
  readonly #wallMs: () => number;
  readonly #openMax: number;
  readonly #answeredAhead = new Set<number>();
  #lastSeq = 0;
  #firstUnanswered = 1;
  #lastIssued: Timestamp = { wallMs: 0, logical: 0 };

  /** `openMax`: as many writes as a node remembers results for. */
  constructor(options: { clientId: ClientId; wallMs: () => number; openMax: number }) {
    this.#clientId = options.clientId;
    this.#wallMs = options.wallMs;
    this.#openMax = options.openMax;
  }

  /** The name of a new write; null while too many are open. */
  begin(): SessionRef | null {
    if (this.#lastSeq + 1 - this.#firstUnanswered >= this.#openMax) return null;
    this.#lastSeq += 1;
    return {
      clientId: this.#clientId,
      seq: this.#lastSeq,
      firstUnanswered: this.#firstUnanswered,
      issuedAt: this.#issue(),
    };
  }

  /** The write has ended for its caller, whatever became of it. */
  end({ seq }: SessionRef): void {
    this.#answeredAhead.add(seq);
    while (this.#answeredAhead.delete(this.#firstUnanswered)) this.#firstUnanswered += 1;
  }

  #issue(): Timestamp {
    const wallMs = Math.max(this.#wallMs(), this.#lastIssued.wallMs);
    const logical = wallMs === this.#lastIssued.wallMs ? this.#lastIssued.logical + 1 : 0;
    this.#lastIssued = { wallMs, logical };
    return this.#lastIssued;
  }
}
