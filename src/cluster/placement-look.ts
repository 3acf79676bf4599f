// A look at where the replicas are and where they should be, and waiting until they are there.

import type { ControlState, Db } from '../client/api.ts';
import type { ControlRow } from '../core/model/control-row.ts';
import { DsysError } from '../errors.ts';
import { type GroupView, groupViews } from './group-view.ts';
import type { Limit } from './start-nodes.ts';
import { waitUntil } from './wait-until.ts';

export interface PlacementLook {
  /** Applied index of the control group that `row` is the state of. */
  readonly index: number;
  readonly row: ControlRow;
  readonly views: readonly GroupView[];
}

/** A node that is busy moving data answers later than one that rests. */
const deadlineMs = 500;
/** Each look costs every node an answer about every group, while they move data. */
const pollMs = 200;
/** No look succeeds while the control group has no leader: an election is over long before. */
const blindMsMax = 15_000;

/** What the nodes that answer say now. */
export async function lookAtPlacement(db: Db): Promise<PlacementLook> {
  // First who is a member: then those who are new are asked too.
  const { index, row } = await db.control({ timeoutMs: deadlineMs });
  const answers = await db.status({ timeoutMs: deadlineMs });
  const statuses = answers.flatMap((answer) => (answer.ok ? [answer.answer] : []));
  return { index, row, views: groupViews(statuses, row.placement.length) };
}

/** Looks until `isDone`; null when the time is over. Rejects when nobody answers for long. */
export function waitForPlacement(
  db: Db,
  limit: Limit,
  isDone: (look: PlacementLook) => boolean,
): Promise<PlacementLook | null> {
  return waitForLook(() => lookAtPlacement(db), limit, isDone);
}

/** The same of what the control group has agreed on alone. */
export function waitForControl(
  db: Db,
  limit: Limit,
  isDone: (state: ControlState) => boolean,
): Promise<ControlState | null> {
  return waitForLook(() => db.control({ timeoutMs: deadlineMs }), limit, isDone);
}

async function waitForLook<Look>(
  lookNow: () => Promise<Look>,
  limit: Limit,
  isDone: (look: Look) => boolean,
): Promise<Look | null> {
  let seenAt = performance.now();
  const ask = async (): Promise<Look | null> => {
    const look = await lookNow().catch((cause: unknown) => {
      if (!(cause instanceof DsysError) || performance.now() - seenAt > blindMsMax) throw cause;
      return null;
    });
    if (look === null) return null;
    seenAt = performance.now();
    return isDone(look) ? look : null;
  };
  return waitUntil({ ...limit, everyMs: pollMs, ask });
}

/** The wait was broken off by Ctrl-C, or lasted too long; what was begun goes on. */
export function notThere(limit: Limit, told: { message: string; hint: string }): DsysError {
  if (limit.signal?.aborted)
    return new DsysError({
      code: 'interrupted',
      message: `interrupted; ${told.message}`,
      hint: told.hint,
    });
  return new DsysError({
    code: 'not-ready',
    message: `${told.message} after ${limit.timeoutMs / 1000} s`,
    hint: told.hint,
  });
}
