// What a call asks of one node at one moment: how long the node may take, and whether it forwards.

import type { Request } from '../core/model/operation.ts';
import type { Call } from './call.ts';
import type { Routes } from './routes.ts';

/**
 * The node's answer must arrive before our own deadline, or a precise refusal becomes a vague
 * timeout.
 */
const answerMarginMs = 30;
/**
 * A forwarding node that knows no leader waits for one; we would rather hear of it and ask again.
 */
const forwardMsMax = 400;

export function requestOf(options: {
  id: number;
  call: Call;
  routes: Routes;
  now: number;
}): Request {
  const { id, call, routes, now } = options;
  const { operation, consistency, session } = call;
  const left = Math.max(1, call.deadline - now);
  const inTime = left - Math.min(answerMarginMs, left / 10);
  const forward = call.pin !== null || isFirstOfAll(call, routes);
  const timeoutMs = forward && consistency === 'quorum' ? Math.min(inTime, forwardMsMax) : inTime;
  return { id, operation, consistency, session, forward, timeoutMs: Math.ceil(timeoutMs) };
}

/** Nothing is known of leaders yet: forwarding saves a one-shot program the second connection. */
function isFirstOfAll(call: Call, routes: Routes): boolean {
  if (routes.isLearned || call.tries > 0 || call.consistency !== 'quorum') return false;
  return routes.leaderOf(call.group) === null;
}
