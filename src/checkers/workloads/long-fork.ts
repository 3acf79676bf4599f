// Long fork: each key is written once, and reads look at several. Two reads that each saw what the
// other missed put the writes in opposite orders, which parallel snapshot isolation allows and
// snapshot isolation does not.

import type { Operation } from '../history/history.ts';
import { canonical, isList, type Json } from '../json.ts';
import { type Anomaly, type Judgement, judgementOf, unknownJudgement } from '../judgement.ts';

interface Sight {
  readonly read: Operation;
  /** Canonical text of the value of each key. */
  readonly values: ReadonlyMap<string, string>;
}

export function judgeLongFork(operations: readonly Operation[]): Judgement {
  const about = { model: 'long-fork', operations: operations.length };
  const sights = operations.flatMap(sightOf);
  if (sights.length < 2)
    return unknownJudgement(about, 'fewer than two reads completed, so none could be compared');
  const anomalies: Anomaly[] = [];
  for (const [at, one] of sights.entries()) {
    for (const other of sights.slice(at + 1)) anomalies.push(...fork(one, other));
    if (anomalies.length > 0) break;
  }
  return judgementOf(about, anomalies);
}

function sightOf(operation: Operation): readonly Sight[] {
  const { f, outcome, output } = operation;
  if (f !== 'read' || outcome !== 'ok' || !isList(output)) return [];
  const values = new Map<string, string>();
  for (const step of output)
    if (isList(step)) values.set(canonical(step[1] ?? null), valueIn(step));
  return [{ read: operation, values }];
}

const valueIn = (step: readonly Json[]): string => canonical(step[2] ?? null);

/** Keys that `one` saw written and `other` did not. */
function ahead(one: Sight, other: Sight): string | undefined {
  return [...one.values.keys()].find(
    (key) => one.values.get(key) !== 'null' && other.values.get(key) === 'null',
  );
}

function fork(one: Sight, other: Sight): readonly Anomaly[] {
  const [first, second] = [ahead(one, other), ahead(other, one)];
  if (first === undefined || second === undefined) return [];
  const saw = `saw key ${first} written and key ${second} not`;
  const opposite = `the read of line ${other.read.line} saw the opposite`;
  const why = `the read of line ${one.read.line} ${saw}; ${opposite}`;
  return [{ name: 'long-fork', why, story: [], witness: [one.read, other.read] }];
}
