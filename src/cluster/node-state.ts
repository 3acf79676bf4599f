// The one word for a node's state, derived from facts that were looked at just now. "We stopped
// it", "it died" and "others suspect it" stay apart.

import type { ExitRecord, LastAction, PidRecord } from './pid-file.ts';
import type { ProcessCondition } from './process-table.ts';

export type NodeState =
  | 'starting'
  | 'up'
  | 'paused'
  | 'suspect'
  | 'unreachable'
  | 'stopped'
  | 'killed'
  | 'crashed';

export interface StateFacts {
  /** Of the recorded process; `gone` when there is no record. */
  readonly condition: ProcessCondition;
  readonly record: PidRecord | null;
  readonly lastAction: LastAction | null;
  readonly exit: ExitRecord | null;
  /** The node answered a status query within its deadline. */
  readonly answered: boolean;
  /** Milliseconds since the process was spawned. */
  readonly ageMs: number;
  /** The machine was started after the process. */
  readonly beforeBoot: boolean;
  /** Other nodes that answered, and those of them that lost this one or suspect it. */
  readonly observers: number;
  readonly suspectedBy: number;
}

/** A young process that does not answer yet is starting, an older one is unreachable. */
const startingMsMax = 10_000;
/** Peers may take this long to connect to a node that has just come up. */
const connectingMsMax = 2_000;

export function nodeState(facts: StateFacts): NodeState {
  if (facts.condition === 'gone') return endedState(facts);
  if (facts.condition === 'paused') return 'paused';
  if (!facts.answered) return facts.ageMs < startingMsMax ? 'starting' : 'unreachable';
  return isSuspected(facts) ? 'suspect' : 'up';
}

function endedState(facts: StateFacts): NodeState {
  const { record, lastAction, exit } = facts;
  if (record === null) return 'stopped';
  if (lastAction?.pid === record.pid && lastAction.startTime === record.startTime) {
    return lastAction.action === 'kill' ? 'killed' : 'stopped';
  }
  if (exit?.pid === record.pid) return exit.exitCode === 0 ? 'stopped' : 'crashed';
  return facts.beforeBoot ? 'stopped' : 'crashed';
}

/** Everyone else who answered has lost the node or suspects it. */
function isSuspected(facts: StateFacts): boolean {
  const settled = facts.ageMs >= connectingMsMax;
  return settled && facts.observers > 0 && facts.suspectedBy === facts.observers;
}
