// Transcripts told wrongly in one place, to prove that the comparison looks at every place.

import { judge, type Played } from './scenario.ts';
import type { Step } from './script.ts';
import { joined, readTranscript } from './transcript.ts';

/** Lines that say nothing that can be compared. */
const idle = [
  /^ok$/,
  /^> /,
  /^Ready MustSync=/,
  /^<empty Ready>$/,
  /^(Entries|CommittedEntries|Messages|Processing|Responses):$/,
  /^INFO (?!\d+ became|\d+ switched|newRaft)/,
  /^(DEBUG|WARN|ERROR) /,
  // Of a snapshot its message tells.
  /^Snapshot Index:/,
  // What a member says to its storage, which says it again when it is done; or to itself.
  /AppendThread|ApplyThread/,
  /^(\d)->\1 /,
];

interface Mutant {
  /** Of the step, and the step itself with the false line. */
  readonly at: number;
  readonly step: Step;
  readonly what: string;
}

/** One for each number, and each word that matters, in each line that is compared. */
export function mutantsOf(played: readonly Played[]): readonly Mutant[] {
  return played.flatMap(({ step }, at) => {
    const output = joined(step.output);
    return output.flatMap((line, k) => {
      if (idle.some((pattern) => pattern.test(line))) return [];
      // Alike heartbeats count once (comparison.ts).
      const isNoticed = (told: string) => !(/Heartbeat/.test(told) && output.includes(told));
      return wrong(line)
        .filter(isNoticed)
        .map((told) => {
          const what = `line ${step.line}, ${step.text}: ${line} → ${told}`;
          return { at, step: { ...step, output: output.with(k, told) }, what };
        });
    });
  });
}

const names = /State\w+|Rejected|Msg(Pre)?Vote(?=\s)|MsgApp(?=\s)|-Voter|paused/g;

function wrong(line: string): readonly string[] {
  const replaced = (at: number, length: number, by: string) =>
    line.slice(0, at) + by + line.slice(at + length);
  // Who became something is not told wrongly: somebody else may have become the same.
  // Nor what a change was asked to be: what came of it is told where it is applied.
  const numbers = [...line.matchAll(/(?<!^INFO |ConfChange(V2)?( [vlr]\d+)* ?[Vvlr])\d+/g)].map(
    ({ 0: digits, index }) => {
      return replaced(index, digits.length, String(Number(digits) + 1));
    },
  );
  const words = [...line.matchAll(names)].map(({ 0: name, index }) => {
    const other: Record<string, string> = { MsgVote: 'MsgPreVote', MsgPreVote: 'MsgVote' };
    const instead = other[name] ?? (name === 'StateLeader' ? 'StateFollower' : 'StateLeader');
    return replaced(index, name.length, name === 'MsgApp' ? 'MsgHeartbeat' : instead);
  });
  return [...numbers, ...words];
}

/** Those that nobody notices. */
export function survivors(played: readonly Played[]): readonly string[] {
  const right = JSON.stringify(judge(played));
  return mutantsOf(played)
    .filter((mutant) => judged(played, mutant) === right)
    .map(({ what }) => what);
}

/** A line that cannot be read at all is noticed too. */
function judged(played: readonly Played[], { at, step }: Mutant): string {
  const was = played[at];
  if (was === undefined) throw new Error('a mutant of no step');
  try {
    const etcd = readTranscript(step);
    return JSON.stringify(judge(played.with(at, { ...was, step, etcd })));
  } catch (error) {
    return String(error);
  }
}
