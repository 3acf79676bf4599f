// Exactly once, by (clientId, seq): a write that is known gets its stored result, and a write that
// MAY have been executed and forgotten is refused, never executed again. Bounded by number (least
// recently used goes first), by idle time and, within a session, by results; all of it decided in
// log order and log time only.

import { laterOf } from '../clocks/hlc.ts';
import type { ClientId } from '../model/ids.ts';
import type { SessionRef } from '../model/operation.ts';
import type { MachineRow, SessionResult, SessionRow } from '../model/state.ts';
import { compareTimestamps, type Timestamp, zeroTimestamp } from '../model/version.ts';
import type { ChangedRows } from './rows.ts';
import { type ResultBounds, SessionResults } from './session-results.ts';

export interface SessionBounds extends ResultBounds {
  readonly sessionsMax: number;
  readonly sessionIdleMs: number;
}

/**
 * What is known of a write: its result, that it is too old to tell, or nothing: it may be
 * executed.
 */
export type Recollection = SessionResult | { readonly kind: 'session-expired' } | null;

interface Session {
  readonly clientId: ClientId;
  readonly horizon: Timestamp;
  readonly results: SessionResults;
  order: number;
  /** Log time: for eviction only. */
  lastUsed: Timestamp;
  /** Of the clients' times: the greatest issuedAt that came. */
  lastIssued: Timestamp;
}

const expired: Recollection = { kind: 'session-expired' };

/**
 * Why a second execution is impossible: say the write w = (client, seq, issuedAt) was executed, and
 * comes again. All attempts of w carry the same issuedAt, that of the first.
 *   1. Its result is stored: that is the answer.
 *   2. It was forgotten inside its session: then seq < answeredBelow, and it is refused.
 *   3. Its session was evicted. Executing w made lastIssued ≥ w.issuedAt, and lastIssued only grows;
 *      the eviction made expiredBefore ≥ lastIssued, and expiredBefore only grows; a session made
 *      after it took expiredBefore as its horizon. So issuedAt ≤ expiredBefore when there is no
 *      session now, and issuedAt ≤ horizon when there is one again: it is refused.
 * The horizon is the session's own, not the latest expiredBefore: evicting others tells nothing
 * about a client that was here all the time.
 *
 * Only what clients said stands on either side of the comparison, and no leader's clock: log time
 * follows the fastest clock that ever led, and a fence in log time would refuse every new client
 * until the other clocks had caught up. Here a new client is refused only if a client that was
 * evicted had a later clock than its own.
 */
export class Sessions {
  readonly #bounds: SessionBounds;
  /** Invariant: in order of last use, which is the order of `order`. */
  readonly #byClient = new Map<ClientId, Session>();
  /** Used last, so it need not be put behind the others again: writes of a client come in rows. */
  #latest: Session | null = null;
  readonly #changed = new Set<ClientId>();
  /** Zero: no session was ever evicted; no real reading is zero. */
  #expiredBefore: Timestamp = zeroTimestamp;
  #nextOrder = 1;

  constructor(bounds: SessionBounds) {
    this.#bounds = bounds;
  }

  get changed(): number {
    return this.#changed.size;
  }

  get count(): number {
    return this.#byClient.size;
  }

  /** The part of the machine row that is the sessions'. */
  get marks(): Pick<MachineRow, 'expiredBefore' | 'nextOrder'> {
    return { expiredBefore: this.#expiredBefore, nextOrder: this.#nextOrder };
  }

  /** What is known of this write. Counts as a use of the session, if there is one. */
  recall(ref: SessionRef, hlc: Timestamp): Recollection {
    const session = this.#byClient.get(ref.clientId);
    const horizon = session?.horizon ?? this.#expiredBefore;
    const result = session?.results.find(ref.seq) ?? null;
    if (session !== undefined) this.#use(session, ref, hlc);
    if (result !== null) return result;
    const answeredBelow = session?.results.answeredBelow ?? ref.firstUnanswered;
    return ref.seq < answeredBelow || !isAfter(ref.issuedAt, horizon) ? expired : null;
  }

  /** Stores the result of a write that `recall` knew nothing of, and was therefore executed. */
  remember(ref: SessionRef, hlc: Timestamp, result: SessionResult): void {
    const session = this.#byClient.get(ref.clientId) ?? this.#open(ref, hlc);
    session.results.add(ref.seq, result);
  }

  /** Evicts what is over the bound or idle at log time `now`. */
  evict(now: Timestamp): void {
    for (const session of this.#byClient.values()) {
      const isIdle = now.wallMs - session.lastUsed.wallMs > this.#bounds.sessionIdleMs;
      if (!isIdle && this.#byClient.size <= this.#bounds.sessionsMax) return;
      this.#byClient.delete(session.clientId);
      this.#changed.add(session.clientId);
      this.#expiredBefore = laterOf(this.#expiredBefore, session.lastIssued);
    }
  }

  rows(): SessionRow[] {
    return Array.from(this.#byClient.values(), toRow);
  }

  restore(options: {
    readonly rows: readonly SessionRow[];
    readonly marks: Pick<MachineRow, 'expiredBefore' | 'nextOrder'>;
  }): void {
    this.#byClient.clear();
    this.#changed.clear();
    for (const row of [...options.rows].sort((a, b) => a.order - b.order)) {
      const { clientId, horizon, order, lastUsed, lastIssued } = row;
      const results = new SessionResults(this.#bounds, row);
      this.#byClient.set(clientId, { clientId, horizon, order, lastUsed, lastIssued, results });
    }
    this.#expiredBefore = options.marks.expiredBefore;
    this.#nextOrder = options.marks.nextOrder;
  }

  takeChanges(into: ChangedRows): void {
    for (const clientId of this.#changed) {
      const session = this.#byClient.get(clientId);
      if (session === undefined) into.removed.push({ kind: 'session', clientId });
      else into.rows.push(toRow(session));
    }
    this.#changed.clear();
  }

  #open(ref: SessionRef, hlc: Timestamp): Session {
    const session: Session = {
      clientId: ref.clientId,
      horizon: this.#expiredBefore,
      results: new SessionResults(this.#bounds, { results: [], answeredBelow: 0 }),
      order: 0,
      lastUsed: zeroTimestamp,
      lastIssued: zeroTimestamp,
    };
    this.#use(session, ref, hlc);
    return session;
  }

  #use(session: Session, ref: SessionRef, hlc: Timestamp): void {
    session.order = this.#nextOrder;
    this.#nextOrder += 1;
    session.lastUsed = laterOf(session.lastUsed, hlc);
    session.lastIssued = laterOf(session.lastIssued, ref.issuedAt);
    session.results.forgetBelow(ref.firstUnanswered);
    this.#changed.add(session.clientId);
    if (this.#latest === session) return;
    this.#byClient.delete(session.clientId);
    this.#byClient.set(session.clientId, session);
    this.#latest = session;
  }
}

function isAfter(a: Timestamp, b: Timestamp): boolean {
  return compareTimestamps(a, b) > 0;
}

function toRow(session: Session): SessionRow {
  const { clientId, order, lastUsed, lastIssued, horizon, results } = session;
  return {
    kind: 'session',
    clientId,
    order,
    lastUsed,
    lastIssued,
    horizon,
    answeredBelow: results.answeredBelow,
    results: results.toRows(),
  };
}
