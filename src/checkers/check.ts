// Judges a history: finds out what it is about, unless told, and hands it to the judge of that
// workload.

import type { Budget } from './budget.ts';
import { judgeConvergence } from './convergence.ts';
import {
  type History,
  type Malformed,
  malformed,
  type Operation,
  type OperationHistory,
} from './history/history.ts';
import { readHistory } from './history/read.ts';
import type { Json } from './json.ts';
import { type Judgement, unknownJudgement } from './judgement.ts';
import { judgeLinearizability } from './linearizability/linearizable.ts';
import { multiRegister } from './linearizability/multi-register.ts';
import { mutex } from './linearizability/mutex.ts';
import { register } from './linearizability/register.ts';
import { functionsOf, modelNamed, type Workload, workloadOf } from './models.ts';
import { isolationNamed } from './transactions/isolation.ts';
import { judgeTransactions } from './transactions/serializable.ts';
import { judgeBank } from './workloads/bank.ts';
import { judgeComments } from './workloads/comments.ts';
import { judgeCounter } from './workloads/counter.ts';
import { judgeLongFork } from './workloads/long-fork.ts';
import { judgeSet, judgeSetFull } from './workloads/set.ts';

export interface CheckOptions {
  /** A name of `modelNames`; absent: as the history itself suggests. */
  readonly model?: string;
  /** Isolation level for transactions; absent: strict-serializable. */
  readonly isolation?: string;
  /** What every register begins with; absent: as the format has it. */
  readonly initial?: Json;
  /** A bank's balance may be below zero. */
  readonly allowNegative?: boolean;
  /** Transactions may read values that nobody in the history wrote. */
  readonly allowUnwritten?: boolean;
  readonly budget: Budget;
}

/** The text of a file, judged; or where it is no history. */
export function checkText(text: string, options: CheckOptions): Judgement | Malformed {
  const history = readHistory(text);
  return history.kind === 'malformed' ? history : checkHistory(history, options);
}

export function checkHistory(history: History, options: CheckOptions): Judgement | Malformed {
  const model = options.model === undefined ? null : modelNamed(options.model);
  if (history.kind === 'replicas')
    return judgeConvergence({ replicas: history.replicas, atTheEnd: false });
  const workload = model?.workload ?? workloadOf(history.operations);
  const isolation = options.isolation ?? model?.isolation ?? 'strict-serializable';
  if (workload === null) return unknownWork(history.operations);
  if (history.operations.length === 0 && history.format === 'dsys')
    return unknownJudgement(
      { model: options.model ?? workload, operations: 0 },
      'the history is empty: nothing was done, so nothing is proved',
    );
  const wrong = misfit(history.operations, workload);
  return wrong ?? judge({ history, workload, isolation, options });
}

/** The first operation that the workload does not have. */
function misfit(operations: readonly Operation[], workload: Workload): Malformed | null {
  const known = functionsOf[workload];
  const wrong = operations.find(({ f }) => !known.includes(f));
  if (wrong === undefined) return null;
  return malformed(wrong.line, `${known.join(', ')} (model ${workload})`, wrong.f);
}

function unknownWork(operations: readonly Operation[]): Malformed {
  const names = [...new Set(operations.map(({ f }) => f))];
  return malformed(operations[0]?.line ?? 1, 'operations of one known workload', names.join(', '));
}

interface Case {
  readonly history: OperationHistory;
  readonly workload: Workload;
  readonly isolation: string;
  readonly options: CheckOptions;
}

const objects = { register, mutex, 'multi-register': multiRegister } as const;
const words = { 'list-append': 'append', 'rw-register': 'w' } as const;

function judge({ history, workload, isolation, options }: Case): Judgement {
  const { operations } = history;
  const { budget, allowNegative = false, allowUnwritten = false } = options;
  switch (workload) {
    case 'register':
    case 'mutex':
    case 'multi-register': {
      const { conventions } = history;
      const initials = options.initial === undefined ? conventions.initials : [options.initial];
      const kind = objects[workload];
      return judgeLinearizability({
        kind,
        operations,
        conventions: { ...conventions, initials },
        budget,
      });
    }
    case 'list-append':
    case 'rw-register': {
      const level = isolationNamed(isolation);
      if (level === null)
        return unknownJudgement(
          { model: isolation, operations: operations.length },
          'no such isolation level',
        );
      return judgeTransactions({
        operations,
        word: words[workload],
        isolation: level,
        allowUnwritten,
        budget,
      });
    }
    case 'bank':
      return judgeBank(operations, { allowNegative });
    case 'counter':
      return judgeCounter(operations);
    case 'set':
      return judgeSet(operations);
    case 'set-full':
      return judgeSetFull(operations);
    case 'long-fork':
      return judgeLongFork(operations);
    case 'comments':
      return judgeComments(operations);
    case 'convergence':
      return unknownJudgement(
        { model: workload, operations: operations.length },
        'the file has no reports of replicas',
      );
  }
}
