// Proves the harness of the scripts: a script of our own passes, and each line of its transcript
// that is compared, told wrongly in any number, makes it fail. So no step passes because nobody looks.

import { describe, expect, test } from 'vitest';
import { mutantsOf, survivors } from './mutants.ts';
import { judge, type Played, play } from './scenario.ts';
import { parseScript } from './script.ts';
import { readTranscript } from './transcript.ts';

/** Two voters; the second gets one entry late, after a snapshot-less probe. */
const script = `
# Comments and blank lines mean nothing.
log-level none
----
ok

add-nodes 2 voters=(1,2) index=4
----
ok

campaign 1
----
ok

stabilize
----
ok

log-level debug
----
ok

propose 1 hello
----
ok

process-ready 1
----
Ready MustSync=true:
Entries:
1/6 EntryNormal "hello"
Messages:
1->2 MsgApp Term:1 Log:1/5 Commit:5 Entries:[1/6 EntryNormal "hello"]

status 1
----
1: StateReplicate match=6 next=7
2: StateReplicate match=5 next=7 inflight=1

deliver-msgs drop=2
----
dropped: 1->2 MsgApp Term:1 Log:1/5 Commit:5 Entries:[1/6 EntryNormal "hello"]

campaign 2
----
INFO 2 became candidate at term 2

stabilize
----
> 2 handling Ready
  Ready MustSync=true:
  Lead:0 State:StateCandidate
  HardState Term:2 Vote:2 Commit:5
  Messages:
  2->1 MsgVote Term:2 Log:1/5
> 1 receiving messages
  2->1 MsgVote Term:2 Log:1/5
  INFO 1 became follower at term 2
> 1 handling Ready
  Ready MustSync=true:
  Lead:0 State:StateFollower
  HardState Term:2 Commit:5
  Messages:
  1->2 MsgVoteResp Term:2 Log:0/0 Rejected (Hint: 0)
> 2 receiving messages
  1->2 MsgVoteResp Term:2 Log:0/0 Rejected (Hint: 0)
  INFO 2 became follower at term 2
> 2 handling Ready
  Ready MustSync=false:
  Lead:0 State:StateFollower

raft-state
----
1: StateFollower (Voter) Term:2 Lead:0
2: StateFollower (Voter) Term:2 Lead:0

raft-log 2
----
1/5 EntryNormal ""
`;

const differencesOf = (played: readonly Played[]) => JSON.stringify(judge(played));

describe('The harness of the scripts', () => {
  const steps = parseScript(script);

  test('a true transcript passes', () => {
    const played = play(steps);
    expect(judge(played).flat()).toEqual([]);
    expect(played.filter(({ muted }) => !muted)).toHaveLength(9);
  });

  test('every compared line of it, told wrongly, fails', () => {
    const played = play(steps);
    expect(mutantsOf(played).length).toBeGreaterThan(60);
    expect(survivors(played)).toEqual([]);
  });

  test('every message, entry or printed line that is left out of it fails', () => {
    const played = play(steps);
    for (const [i, at] of played.entries()) {
      for (const [k, line] of at.step.output.entries()) {
        if (!/->|Entry|match=|Term:\d Lead/.test(line)) continue;
        const step = { ...at.step, output: at.step.output.toSpliced(k, 1) };
        const fewer = played.with(i, { ...at, step, etcd: readTranscript(step) });
        expect(differencesOf(fewer), `without ${line}`).not.toBe(differencesOf(played));
      }
    }
  });

  test('a line, command, option or message that it does not know is an error, not silence', () => {
    const unknown = [
      'raft-state\n----\n\nstabilize\n----\nsomething new\n',
      'dance 1\n----\nok\n',
      'add-nodes 1 voters=(1) colour=red\n----\nok\n',
      'stabilize\n----\n1->2 MsgNew Term:1 Log:0/0\n',
      'stabilize log-level=none\n----\nnot ok\n',
    ];
    for (const text of unknown) expect(() => judge(play(parseScript(text))), text).toThrow();
    expect(() => parseScript('campaign 1\n')).toThrow(/no ----/);
  });
});
