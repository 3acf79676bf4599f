// Does a history of transactions keep what its isolation level promises? Phenomena that are no
// cycles first, then the smallest cycle of each forbidden shape (Adya 1999; Kingsbury & Alvaro
// 2020, Elle). A graph without edges proves nothing.

import type { Budget } from '../budget.ts';
import type { Operation } from '../history/history.ts';
import {
  type Anomaly,
  type Judgement,
  judgementOf,
  unknownJudgement,
  validJudgement,
} from '../judgement.ts';
import { type CycleFinding, findCycle, hasCycles, type Shape } from './cycles.ts';
import { explainCycle } from './explain.ts';
import type { Analysis, Sighting } from './findings.ts';
import { forbiddenShapes, forbids, type Isolation } from './isolation.ts';
import { analyseListAppend } from './list-append.ts';
import { analyseRwRegister } from './rw-register.ts';
import { addProcessOrder, addRealtimeOrder } from './time-order.ts';
import { transactionsOf, type WriteWord } from './transaction.ts';

export interface TransactionCase {
  readonly operations: readonly Operation[];
  readonly word: WriteWord;
  readonly isolation: Isolation;
  /** True: a value that nobody in the history wrote may have come from outside. */
  readonly allowUnwritten: boolean;
  readonly budget: Budget;
}

export function judgeTransactions(the: TransactionCase): Judgement {
  const about = { model: the.isolation.name, operations: the.operations.length };
  const transactions = transactionsOf(the.operations, the.word);
  if ('kind' in transactions)
    return unknownJudgement(about, `line ${transactions.line}: ${transactions.why}`);
  const analysis =
    the.word === 'append'
      ? analyseListAppend(transactions)
      : analyseRwRegister(transactions, the.isolation);
  if (analysis.kind === 'fault') return unknownJudgement(about, analysis.why);
  const seen = analysis.sightings
    .filter(({ phenomenon }) => forbids(the.isolation, phenomenon))
    .filter(({ phenomenon }) => !(the.allowUnwritten && phenomenon === 'unwritten-read'))
    .map(anomalyOf);
  const { found, gaveUp } = cycles(the, analysis);
  const isLast = ({ name }: Anomaly): boolean => name === 'cyclic-versions';
  const plain = seen.filter((each) => !isLast(each));
  const anomalies = [...plain, ...found, ...seen.filter(isLast)];
  if (anomalies.length > 0) return judgementOf(about, anomalies);
  if (gaveUp.length > 0)
    return unknownJudgement(
      about,
      `the time budget is spent; not searched to the end: ${gaveUp.join(', ')}`,
    );
  if (analysis.graph.dataEdgeCount === 0)
    return unknownJudgement(about, 'no transaction depends on another, so nothing was tested');
  return validJudgement(about);
}

function anomalyOf({ phenomenon, why, transactions }: Sighting): Anomaly {
  return {
    name: phenomenon,
    why: `${phenomenon}: ${why}`,
    story: [],
    witness: transactions.map(({ operation }) => operation),
  };
}

interface Found {
  readonly found: readonly Anomaly[];
  readonly gaveUp: readonly Shape[];
}

function cycles(the: TransactionCase, { graph, committed }: Analysis): Found {
  const timed = the.isolation.timeMasks.length;
  if (timed > 1) addProcessOrder(graph, committed);
  if (timed > 2) addRealtimeOrder(graph, committed);
  const timeMasks = the.isolation.timeMasks.filter((mask) => hasCycles(graph, mask));
  const found: Anomaly[] = [];
  const gaveUp: Shape[] = [];
  for (const shape of forbiddenShapes(the.isolation)) {
    for (const timeMask of timeMasks) {
      const finding: CycleFinding = findCycle({ graph, shape, timeMask, budget: the.budget });
      if (finding.kind === 'gave-up') gaveUp.push(shape);
      if (finding.kind !== 'cycle') continue;
      const { nodes } = finding;
      found.push(explainCycle({ graph, nodes, shape, timeMask, committed, word: the.word }));
      break;
    }
  }
  return { found, gaveUp };
}
