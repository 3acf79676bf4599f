// What a refusal means for a call: an error for the caller, or another try and when. Tries again
// only where the refused attempt certainly had no effect, or where the session makes a second
// execution impossible.

import type { NodeId } from '../core/model/ids.ts';
import type { Refusal } from '../core/model/operation.ts';
import type { DsysError } from '../errors.ts';
import type { Call } from './call.ts';
import { isRepeatable, mayHaveEffect } from './call.ts';
import { lacksReplicas, outcomeUnknown, refused, unavailable } from './failures.ts';

export type Verdict =
  | { readonly kind: 'reject'; readonly error: DsysError }
  | { readonly kind: 'retry'; readonly delayMs: number };

/** A failover takes 300 to 600 ms; replicas that are missing for longer need somebody's help. */
export const graceMs = 800;
const backoffMsMin = 20;
const backoffMsMax = 1000;
/** Asking "who leads now?" is cheap, and a new leader is there soon … */
const leaderlessMsMax = 40;
/**
 * … but a crowd must not ask all at once: the first to learn of the new leader wakes the others
 * anyway.
 */
const crowd = 256;
const redirectsMax = 3;

/**
 * Judges a refusal; its attempt is closed already: counted in `unresolved`, or certainly without
 * effect.
 */
export function judge(options: {
  call: Call;
  from: NodeId;
  refusal: Refusal;
  /** Calls of this client that are open now. */
  open: number;
  /** When the refused attempt was sent; a forwarding node may have waited for a leader since. */
  startedAt: number;
  now: number;
}): Verdict {
  const { call, from, refusal, open, startedAt, now } = options;
  const leaderlessMs = leaderlessMsMax * Math.max(1, open / crowd);
  switch (refusal.reason) {
    case 'condition-failed':
    case 'not-a-number':
    case 'session-expired':
    case 'not-at-all':
      return reject(refused(call, refusal));
    case 'invalid':
    case 'clock-ahead':
    case 'member-exists':
    case 'member-unknown':
    case 'member-needed':
    case 'feature-missing':
      return reject(
        mayHaveEffect(call) ? outcomeUnknown(call, refusal.message) : refused(call, refusal),
      );
    case 'timeout':
      if (!isRepeatable(call)) return reject(outcomeUnknown(call, refusal.message));
      return pause(call, backoffMsMax);
    case 'overloaded':
      return pause(call, backoffMsMax);
    case 'stopping':
      return redirect(call, leaderlessMs);
    case 'not-leader':
    case 'unavailable': {
      if (hasWaitedInVain(call, refusal, { startedAt, now }))
        return reject(unavailable(call, refusal));
      return leadsTo(refusal, from) ? redirect(call, leaderlessMs) : pause(call, leaderlessMs);
    }
  }
}

/** The leader that a refusal names, when the refusing node can reach it and is not it. */
export function leadsTo({ leader, reachable }: Refusal, from: NodeId): NodeId | null {
  if (leader === null || leader === from) return null;
  return reachable.length === 0 || reachable.includes(leader) ? leader : null;
}

/** Every answer since `graceMs` was that too few replicas are reachable. */
function hasWaitedInVain(
  call: Call,
  refusal: Refusal,
  { startedAt, now }: { startedAt: number; now: number },
): boolean {
  if (!lacksReplicas(call, refusal)) {
    call.refusedSince = null;
    return false;
  }
  call.refusedSince ??= startedAt;
  return now - call.refusedSince >= graceMs && !mayHaveEffect(call);
}

function redirect(call: Call, msMax: number): Verdict {
  call.redirects += 1;
  return call.redirects <= redirectsMax ? { kind: 'retry', delayMs: 0 } : pause(call, msMax);
}

function pause(call: Call, msMax: number): Verdict {
  const fullMs = Math.min(msMax, backoffMsMax, backoffMsMin * 2 ** call.pauses);
  call.pauses += 1;
  call.redirects = 0;
  return { kind: 'retry', delayMs: fullMs * (0.5 + Math.random() / 2) };
}

function reject(error: DsysError): Verdict {
  return { kind: 'reject', error };
}
