// Blind inserts and reads of everything: whoever sees an insert must also see those that were
// acknowledged before it was begun (a case of strict serializability that needs no graph).

import type { Operation } from '../history/history.ts';
import { canonical, isList } from '../json.ts';
import { type Anomaly, type Judgement, judgementOf, unknownJudgement } from '../judgement.ts';

export function judgeComments(operations: readonly Operation[]): Judgement {
  const about = { model: 'comments', operations: operations.length };
  const reads = operations.filter(
    ({ f, outcome, output }) => f === 'read' && outcome === 'ok' && isList(output),
  );
  if (reads.length === 0) return unknownJudgement(about, 'no read completed, so nothing was seen');
  const writes = operations.filter(({ f, outcome }) => f === 'write' && outcome !== 'fail');
  return judgementOf(
    about,
    reads.flatMap((read) => missing(read, writes)),
  );
}

function missing(read: Operation, writes: readonly Operation[]): readonly Anomaly[] {
  const seen = new Set(isList(read.output) ? read.output.map(canonical) : []);
  const isSeen = ({ input }: Operation): boolean => seen.has(canonical(input));
  const newest = writes
    .filter(isSeen)
    .reduce<Operation | null>(
      (last, each) => (last === null || each.call > last.call ? each : last),
      null,
    );
  if (newest === null) return [];
  const gap = writes.find(
    (each) => !isSeen(each) && each.outcome === 'ok' && (each.return ?? Infinity) < newest.call,
  );
  if (gap === undefined) return [];
  const [late, early] = [canonical(newest.input), canonical(gap.input)];
  const saw = `saw ${late} but not ${early}`;
  const why = `the read of line ${read.line} ${saw}, which was there before ${late} was begun`;
  return [{ name: 'missing-comment', why, story: [], witness: [gap, newest, read] }];
}
