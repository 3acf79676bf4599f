// What became of one planted bug, and how it is told.

import type { Bug } from './bug.ts';
import type { Catch } from './hunt.ts';

export interface Verdict {
  readonly bug: Bug;
  readonly caught: Catch | null;
  /** The first of the same seeds that fails without the bug; null: none does. */
  readonly sound: Catch | null;
  readonly seconds: number;
}

/** Why the zoo fails on this bug, or null. */
export function complaintOf({ bug, caught, sound }: Verdict): string | null {
  if (caught === null) return 'NOT CAUGHT';
  if (caught.failure === 'stuck') return `STUCK in seed ${caught.seed}`;
  const { invariant, message } = caught.failure;
  if (!bug.expect.includes(invariant)) {
    return `CAUGHT BY ${invariant}, expected ${bug.expect.join(' or ')}: ${firstLine(message)}`;
  }
  if (sound === null) return null;
  const how = sound.failure === 'stuck' ? 'gets stuck' : `breaks ${sound.failure.invariant}`;
  return `NO PROOF: seed ${sound.seed} ${how} without the bug too`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** One line of the table: bug, seeds needed, who caught it. */
export function lineOf(verdict: Verdict): string {
  const { bug, caught, seconds } = verdict;
  const needed = caught === null ? '-' : String(caught.seed);
  const catcher = caught !== null && caught.failure !== 'stuck' ? caught.failure.invariant : '-';
  const columns = [
    bug.id.padEnd(38),
    needed.padStart(5),
    catcher.padEnd(22),
    `${seconds.toFixed(1)} s`.padStart(8),
  ];
  const complaint = complaintOf(verdict);
  return [...columns, ...(complaint === null ? [] : [complaint])].join('  ');
}
