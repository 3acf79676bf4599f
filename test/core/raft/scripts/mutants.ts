// Transcripts told wrongly in one place, to prove that the comparison looks at every place.

import { judge, type Played } from './scenario.ts';
import { joined } from './transcript.ts';

/** Lines that say nothing that can be compared. */
const idle = [
  /^ok$/,
  /^> /,
  /^Ready MustSync=/,
  /^<empty Ready>$/,
  /^(Entries|CommittedEntries|Messages|Processing|Responses):$/,
  /^INFO (?!\d+ became|newRaft)/,
  /^(DEBUG|WARN|ERROR) /,
  // Of a snapshot its message tells.
  /^Snapshot Index:/,
  // What a member says to its storage, which says it again when it is done; or to itself.
  /AppendThread|ApplyThread/,
  /^(\d)->\1 /,
];

interface Mutant {
  readonly played: readonly Played[];
  readonly what: string;
}

/** One for each number, and each role, in each line that is compared. */
export function mutantsOf(played: readonly Played[]): readonly Mutant[] {
  return played.flatMap((at, i) => {
    const output = joined(at.step.output);
    return output.flatMap((line, k) => {
      if (idle.some((pattern) => pattern.test(line))) return [];
      return wrong(line).map((told) => {
        const step = { ...at.step, output: output.with(k, told) };
        const what = `line ${at.step.line}, ${at.step.text}: ${line} → ${told}`;
        return { played: played.with(i, { ...at, step }), what };
      });
    });
  });
}

const names = /State\w+|Rejected|Msg(Pre)?Vote(?=\s)|MsgApp(?=\s)|-Voter|paused/g;

function wrong(line: string): readonly string[] {
  const replaced = (at: number, length: number, by: string) =>
    line.slice(0, at) + by + line.slice(at + length);
  const numbers = [...line.matchAll(/\d+/g)].map(({ 0: digits, index }) => {
    return replaced(index, digits.length, String(Number(digits) + 1));
  });
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
    .filter((mutant) => told(mutant) === right)
    .map(({ what }) => what);
}

/** A line that cannot be read at all is noticed too. */
function told({ played }: Mutant): string {
  try {
    return JSON.stringify(judge(played));
  } catch (error) {
    return String(error);
  }
}
