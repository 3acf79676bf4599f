// A counter that is added to: a read must lie between the least and the most that the additions
// around it allow.

import type { Operation } from '../history/history.ts';
import { show } from '../json.ts';
import { type Anomaly, type Judgement, judgementOf, validJudgement } from '../judgement.ts';

export function judgeCounter(operations: readonly Operation[]): Judgement {
  const about = { model: 'counter', operations: operations.length };
  const reads = operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
  if (reads.length === 0)
    return { ...validJudgement(about), why: 'no read completed that could have gone wrong' };
  const adds = operations.filter(({ f, outcome }) => f === 'add' && outcome !== 'fail');
  return judgementOf(
    about,
    reads.flatMap((read) => outside(read, adds)),
  );
}

function outside(read: Operation, adds: readonly Operation[]): readonly Anomaly[] {
  let [least, most] = [0, 0];
  for (const add of adds) {
    if (read.return !== null && add.call > read.return) continue;
    const amount = Number(add.input);
    const isDone = add.outcome === 'ok' && add.return !== null && add.return < read.call;
    least += isDone ? amount : Math.min(amount, 0);
    most += isDone ? amount : Math.max(amount, 0);
  }
  const value = Number(read.output);
  if (value >= least && value <= most) return [];
  const bounds = `it must lie between ${least} and ${most}`;
  const why = `the read of line ${read.line} returned ${show(read.output)}; ${bounds}`;
  return [{ name: 'impossible-count', why, story: [], witness: [read] }];
}
