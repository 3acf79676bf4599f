// Transfers between accounts keep the sum: every read must show the same accounts with the same
// total, and no balance below zero unless that is allowed.

import type { Operation } from '../history/history.ts';
import { isMap, type JsonMap, show } from '../json.ts';
import { type Anomaly, type Judgement, judgementOf, unknownJudgement } from '../judgement.ts';

export function judgeBank(
  operations: readonly Operation[],
  { allowNegative }: { readonly allowNegative: boolean },
): Judgement {
  const about = { model: 'bank', operations: operations.length };
  const reads = operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
  const [first] = reads;
  if (first === undefined)
    return unknownJudgement(about, 'no read completed, so no balance was seen');
  const expected = isMap(first.output) ? first.output : {};
  const anomalies = reads.flatMap((read) =>
    wrongBalances(read, { first, expected, allowNegative }),
  );
  return judgementOf(about, anomalies);
}

interface Expected {
  readonly first: Operation;
  readonly expected: JsonMap;
  readonly allowNegative: boolean;
}

function wrongBalances(read: Operation, the: Expected): readonly Anomaly[] {
  const wrong = (name: string, why: string, witness: readonly Operation[]): readonly Anomaly[] => [
    { name, why: `the read of line ${read.line} ${why}`, story: [], witness },
  ];
  const balances = read.output;
  if (!isMap(balances)) return wrong('no-balances', `returned ${show(balances)}`, [read]);
  const accounts = Object.keys(balances);
  const stranger = accounts.find((account) => !(account in the.expected));
  if (stranger !== undefined)
    return wrong('unexpected-account', `shows account ${stranger}, which did not exist`, [
      the.first,
      read,
    ]);
  const odd = accounts.find((account) => typeof balances[account] !== 'number');
  if (odd !== undefined) return wrong('no-balance', `shows no number for account ${odd}`, [read]);
  const [before, after] = [totalOf(the.expected), totalOf(balances)];
  if (before !== after)
    return wrong('wrong-total', `adds up to ${after}, not to ${before} as at first`, [
      the.first,
      read,
    ]);
  const overdrawn = accounts.find((account) => Number(balances[account]) < 0);
  if (overdrawn === undefined || the.allowNegative) return [];
  const balance = Number(balances[overdrawn]);
  return wrong('negative-balance', `shows ${balance} in account ${overdrawn}`, [read]);
}

function totalOf(balances: JsonMap): number {
  return Object.values(balances).reduce<number>((sum, each) => sum + Number(each), 0);
}
