// Which steps of a script are played: all, or those before it asks for what our group does not do,
// or those after a beginning of ours that leads to the same log.

import { parseCommand, parseScript, type Step } from './script.ts';

/** A step at which a script begins to ask for what our group does not do. */
export interface Foreign {
  readonly line: number;
  readonly text: string;
  /** What it asks for, and what there is instead. */
  readonly why: keyof typeof foreignReasons;
}

export const foreignReasons = {
  learnerFirst:
    'a node becomes a voter without having been a learner; here that is refused as not-a-learner ' +
    '(reconfiguration.test.ts)',
  handsOver:
    'a leader removes itself in one step and leads on; here it goes through a joint configuration, ' +
    'in which it hands over, and in any case steps down (paper-reconfiguration.test.ts)',
  validated:
    'a change is accepted before the last one is applied; here it is refused as ' +
    'change-in-progress (paper-reconfiguration.test.ts)',
} as const;

/** Played up to there. */
export const foreign: Readonly<Record<string, Foreign>> = {
  'confchange_disable_validation.txt': {
    line: 30,
    text: 'propose-conf-change 1 transition=explicit',
    why: 'validated',
  },
  'confchange_v1_remove_leader.txt': {
    line: 85,
    text: 'stabilize 1',
    why: 'handsOver',
  },
  'confchange_v1_remove_leader_stepdown.txt': {
    line: 84,
    text: 'stabilize 1',
    why: 'handsOver',
  },
  'confchange_v2_add_double_implicit.txt': {
    line: 28,
    text: 'propose-conf-change 1 transition=implicit',
    why: 'learnerFirst',
  },
  'confchange_v2_add_single_explicit.txt': {
    line: 27,
    text: 'propose-conf-change 1 transition=explicit',
    why: 'learnerFirst',
  },
  'confchange_v2_replace_leader.txt': {
    line: 44,
    text: 'propose-conf-change 1 v1=false transition=explicit',
    why: 'learnerFirst',
  },
  'confchange_v2_replace_leader_stepdown.txt': {
    line: 45,
    text: 'propose-conf-change 1 v1=false transition=explicit',
    why: 'learnerFirst',
  },
};

/** A script that is played from a later step on, after commands of ours that lead to the same log. */
export interface Excerpt {
  readonly line: number;
  readonly text: string;
  readonly why: keyof typeof foreignReasons;
  readonly before: readonly string[];
}

export const excerpts: Readonly<Record<string, Excerpt>> = {
  'confchange_v2_add_double_auto.txt': {
    line: 205,
    text: 'propose-conf-change 1',
    why: 'learnerFirst',
    before: [
      'add-nodes 3 voters=(1) learners=(2,3) index=2',
      'campaign 1',
      'stabilize',
      'propose-conf-change 1 v2 v3',
      'stabilize',
    ],
  },
};

export function stepsOf(file: string, text: string): readonly Step[] {
  const steps = parseScript(text);
  const until = foreign[file];
  if (until !== undefined) return steps.slice(0, indexOf(steps, until));
  const excerpt = excerpts[file];
  if (excerpt === undefined) return steps;
  // Nothing is compared before the excerpt begins.
  const silent = ['log-level none', ...excerpt.before].map(silently);
  const aloud = silently('log-level debug');
  return [...silent, aloud, ...steps.slice(indexOf(steps, excerpt))];
}

/** The table names the step twice, so that it cannot slip. */
function indexOf(steps: readonly Step[], { line, text }: Pick<Step, 'line' | 'text'>): number {
  const at = steps.findIndex((step) => step.line === line && step.text === text);
  if (at < 0) throw new Error(`no step ${line}: ${text}`);
  return at;
}

function silently(command: string): Step {
  return { ...parseCommand([command]), line: 0, output: ['ok'] };
}
