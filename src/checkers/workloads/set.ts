// Elements are added to a set and read back. `set` looks at the last read only; `set-full` follows
// every element through all reads: once it is known to be there, no later read may lack it for
// good.

import type { Operation } from '../history/history.ts';
import { canonical, isList } from '../json.ts';
import { type Anomaly, type Judgement, judgementOf, unknownJudgement } from '../judgement.ts';

interface Sight {
  readonly read: Operation;
  readonly elements: readonly string[];
  readonly set: ReadonlySet<string>;
}

export function judgeSet(operations: readonly Operation[]): Judgement {
  const sights = sightsOf(operations);
  return judge({ model: 'set', operations, sights: sights.slice(-1) });
}

export function judgeSetFull(operations: readonly Operation[]): Judgement {
  return judge({ model: 'set-full', operations, sights: sightsOf(operations) });
}

function judge(the: {
  readonly model: string;
  readonly operations: readonly Operation[];
  readonly sights: readonly Sight[];
}): Judgement {
  const { model, operations, sights } = the;
  const about = { model, operations: operations.length };
  if (sights.length === 0)
    return unknownJudgement(about, 'no read of the set completed, so nothing was seen');
  const adds = operations.filter(({ f }) => f === 'add');
  const anomalies = [
    ...adds.flatMap((add) => lost(add, sights)),
    ...sights.flatMap((sight) => [...unexpected(sight, adds), ...repeated(sight)]),
  ];
  return judgementOf(about, anomalies);
}

function sightsOf(operations: readonly Operation[]): readonly Sight[] {
  return operations
    .filter(({ f, outcome, output }) => f === 'read' && outcome === 'ok' && isList(output))
    .map((read) => {
      const elements = isList(read.output) ? read.output.map(canonical) : [];
      return { read, elements, set: new Set(elements) };
    });
}

/** Known to be there (acknowledged, or seen), then missing, and never seen again. */
function lost(add: Operation, sights: readonly Sight[]): readonly Anomaly[] {
  if (add.outcome === 'fail') return [];
  const element = canonical(add.input);
  const seen = sights.filter(({ set }) => set.has(element)).map(({ read }) => read);
  const acknowledged = add.outcome === 'ok' && add.return !== null ? add.return : Infinity;
  const known = Math.min(acknowledged, ...seen.map((read) => read.return ?? Infinity));
  const lastSeen = Math.max(-1, ...seen.map((read) => read.call));
  const missing = sights.find(
    ({ read, set }) => !set.has(element) && read.call > known && read.call > lastSeen,
  );
  if (missing === undefined) return [];
  const where = `is missing from the read of line ${missing.read.line}`;
  const why = `${element}, added in line ${add.line}, ${where} and never came back`;
  return [{ name: 'lost-element', why, story: [], witness: [add, missing.read] }];
}

function unexpected({ read, elements }: Sight, adds: readonly Operation[]): readonly Anomaly[] {
  const tried = new Set(
    adds
      .filter(({ call, outcome }) => outcome !== 'fail' && call < (read.return ?? Infinity))
      .map(({ input }) => canonical(input)),
  );
  const stranger = elements.find((element) => !tried.has(element));
  if (stranger === undefined) return [];
  const why = `the read of line ${read.line} shows ${stranger}, which nobody had added`;
  return [{ name: 'unexpected-element', why, story: [], witness: [read] }];
}

function repeated({ read, elements, set }: Sight): readonly Anomaly[] {
  if (elements.length === set.size) return [];
  const again = elements.find((element, at) => elements.indexOf(element) !== at) ?? '';
  const why = `the read of line ${read.line} shows ${again} twice`;
  return [{ name: 'duplicate-element', why, story: [], witness: [read] }];
}
