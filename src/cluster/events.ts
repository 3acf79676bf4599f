// events.jsonl: what commands did to a cluster, one JSON object a line, appended whole; read once
// or followed.

import { appendFileSync } from 'node:fs';
import { readTextIfAny } from './files.ts';
import { followLines } from './follow.ts';
import type { ClusterPaths } from './home.ts';

export interface ClusterEvent {
  /** ISO 8601 with milliseconds. */
  readonly at: string;
  readonly kind: string;
  readonly node: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Tells those who look later; false when it cannot be written. What was done is done: on a full
 * disk a node must still be able to be ended.
 */
export function recordEvent(
  cluster: ClusterPaths,
  event: { readonly kind: string; readonly node?: string; readonly detail?: object },
): boolean {
  const { kind, node = null, detail = {} } = event;
  const line = JSON.stringify({ at: new Date().toISOString(), kind, node, detail });
  try {
    appendFileSync(cluster.events, `${line}\n`, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

/** Everything recorded so far; a line that is not an event is left out. */
export function readEvents(cluster: ClusterPaths): ClusterEvent[] {
  return (readTextIfAny(cluster.events) ?? '')
    .split('\n')
    .flatMap((line) => parseEvent(line) ?? []);
}

/** Everything recorded so far, and then what is recorded later, until `signal` aborts. */
export async function* followEvents(
  cluster: ClusterPaths,
  signal: AbortSignal,
): AsyncGenerator<ClusterEvent> {
  for await (const { line } of followLines([{ name: '', path: cluster.events }], { signal })) {
    const event = parseEvent(line);
    if (event !== null) yield event;
  }
}

function parseEvent(line: string): ClusterEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : null;
  } catch {
    return null;
  }
}

function isEvent(value: unknown): value is ClusterEvent {
  return typeof value === 'object' && value !== null && 'at' in value && 'kind' in value;
}
