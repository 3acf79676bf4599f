// Names for this client's writes, so that a retry is never a second execution. Guarantees: a
// sequence number is used once; `firstUnanswered` never passes a write that is still open; no more
// writes are open at once than a node remembers results for.

import { randomBytes } from 'node:crypto';
import type { ClientId } from '../core/model/ids.ts';
import { clientId } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import type { SessionRef } from '../core/model/operation.ts';
import type { Timestamp } from '../core/model/version.ts';

/**
 * As much chance as tells 2^40 clients apart, in 15 characters: the name travels and is stored with
 * every write, and the codec reads texts below 16 without a detour.
 */
const uniqueBytes = 11;

export class Session {
  readonly clientId: ClientId;
  readonly #wallMs: () => number;
  readonly #answeredAhead = new Set<number>();
  #lastSeq = 0;
  #firstUnanswered = 1;
  #lastIssued: Timestamp = { wallMs: 0, logical: 0 };

  constructor(options: { name?: string | undefined; wallMs: () => number }) {
    const unique = randomBytes(uniqueBytes).toString('base64url');
    this.clientId = clientId(options.name === undefined ? unique : `${options.name}/${unique}`);
    this.#wallMs = options.wallMs;
  }

  get hasRoom(): boolean {
    return this.#lastSeq + 1 - this.#firstUnanswered < limits.sessionResultsMax;
  }

  /** The name of a new write; null while too many are open. */
  begin(): SessionRef | null {
    if (!this.hasRoom) return null;
    this.#lastSeq += 1;
    return {
      clientId: this.clientId,
      seq: this.#lastSeq,
      firstUnanswered: this.#firstUnanswered,
      issuedAt: this.#issue(),
    };
  }

  /** The write will not be sent again, whatever became of it. */
  end(session: SessionRef): void {
    this.#answeredAhead.add(session.seq);
    while (this.#answeredAhead.delete(this.#firstUnanswered)) this.#firstUnanswered += 1;
  }

  /** A hybrid clock of one: never goes back, never gives the same reading twice. */
  #issue(): Timestamp {
    const wallMs = Math.max(this.#wallMs(), this.#lastIssued.wallMs);
    const logical = wallMs === this.#lastIssued.wallMs ? this.#lastIssued.logical + 1 : 0;
    this.#lastIssued = { wallMs, logical };
    return this.#lastIssued;
  }
}
