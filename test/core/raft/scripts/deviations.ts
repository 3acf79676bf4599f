// Everything in which our group may differ from etcd's, by script and step, with the reason. A
// difference that is not here fails, and so does one that is here and does not happen any more.
//
// Differences of wording or of drive that hold for every script are settled where they arise:
// - a log that begins after a snapshot begins at term 0, not 1 (messages.ts, seat.ts)
// - MsgSnap is answered by a kind of its own, and an append of an old term by heartbeat-ack with
//   the newer term (messages.ts)
// - a learner is a follower to etcd (seat.ts); members of a new leader are active until they are
//   silent (comparison.ts)
// - a commit is told at once only when the host asks for it (group.ts)
// - the report of what was applied is not delivered; it would let the group go quiet (group.ts)
// - polls and leases are always on here: what stands for a script without them is in commands.ts
// - an election timeout has twice the heartbeats: alike ones of a step count once (comparison.ts)

import { changeDeviations } from './change-deviations.ts';
import type { Detour } from './scenario.ts';

export const reasons = {
  answered:
    'a poll that is denied is answered, so that whoever asks does not wait: a pre-candidate that ' +
    'a majority denies is a follower without a leader again',
  leased:
    'a leader in force gives no vote and grants no poll: it follows when the new leader speaks',
  known:
    'the lease of a leader can be waived, but who leads is not forgotten: clients are sent there',
  melted:
    'acknowledgements that wait for the same write are one, and a commit alone writes nothing',
  durable:
    'a message that tells a new term or vote leaves when they are durable, not beside the write',
  learns:
    'a new node is a learner first, and nothing is changed before an entry of the term is committed',
  inForce:
    'a configuration is in force as soon as it is in the log, not when it is applied: what the new ' +
    'voters have is committed at once, and a node that is not one any more is told once',
  own:
    'only the snapshot that is being sent counts: that of another index is not waited for, and ' +
    'the one of index 12 is sent again',
} as const;

export interface Deviation extends Detour {
  readonly line: number;
  readonly text: string;
  readonly why: keyof typeof reasons;
  /** `-` only etcd's, `+` only ours (comparison.ts). */
  readonly differences: readonly string[];
}

export const deviations: Readonly<Record<string, readonly Deviation[]>> = {
  'async_storage_writes.txt': [
    {
      line: 535,
      text: 'process-append-thread 1 2 3',
      why: 'melted',
      differences: ['- 2->1 appended t1 to 13', '- 3->1 appended t1 to 13'],
    },
    {
      line: 576,
      text: 'deliver-msgs 1 2 3',
      why: 'melted',
      differences: ['- receives 2->1 appended t1 to 13', '- receives 3->1 appended t1 to 13'],
    },
    {
      line: 647,
      text: 'process-append-thread 1 2 3',
      why: 'melted',
      differences: ['- 2->1 appended t1 to 14', '- 3->1 appended t1 to 14'],
    },
    {
      line: 688,
      text: 'deliver-msgs 1 2 3',
      why: 'melted',
      differences: ['- receives 2->1 appended t1 to 14', '- receives 3->1 appended t1 to 14'],
    },
    {
      line: 726,
      text: 'process-ready 1 2 3',
      why: 'melted',
      differences: ['+ 2->1 appended t1 to 15', '+ 3->1 appended t1 to 15'],
    },
    {
      line: 755,
      text: 'process-append-thread 2 3',
      why: 'melted',
      differences: ['- 2->1 appended t1 to 15', '- 3->1 appended t1 to 15'],
    },
    {
      line: 809,
      text: 'process-append-thread 2 3',
      why: 'melted',
      differences: ['- 2->1 appended t1 to 15', '- 3->1 appended t1 to 15'],
    },
    {
      line: 840,
      text: 'deliver-msgs 1 2 3',
      why: 'melted',
      differences: ['- receives 2->1 appended t1 to 15', '- receives 3->1 appended t1 to 15'],
    },
  ],
  'async_storage_writes_append_aba_race.txt': [
    {
      line: 85,
      text: 'process-ready 3',
      why: 'durable',
      instead: ['process-ready 3', 'process-append-thread 3'],
      differences: [],
    },
    {
      line: 249,
      text: 'process-ready 4',
      why: 'durable',
      instead: ['process-ready 4', 'process-append-thread 4'],
      differences: [],
    },
    {
      line: 394,
      text: 'process-ready 1',
      why: 'durable',
      differences: ['- 1->4 heartbeat-ack t3'],
    },
    {
      line: 405,
      text: 'deliver-msgs 4',
      why: 'durable',
      instead: ['peer-up 4 1'],
      differences: ['- receives 1->4 heartbeat-ack t3'],
    },
    {
      line: 485,
      text: 'process-append-thread 1',
      why: 'durable',
      differences: ['+ 1->4 heartbeat-ack t3'],
    },
  ],
  ...changeDeviations,
  'forget_leader.txt': [
    {
      line: 39,
      text: 'raft-state',
      why: 'known',
      differences: [
        '- 2: StateFollower (Voter) Term:1 Lead:0',
        '+ 2: StateFollower (Voter) Term:1 Lead:1',
      ],
    },
    {
      line: 50,
      text: 'raft-state',
      why: 'known',
      differences: [
        '- 2: StateFollower (Voter) Term:1 Lead:0',
        '+ 2: StateFollower (Voter) Term:1 Lead:1',
      ],
    },
    {
      line: 62,
      text: 'raft-state',
      why: 'known',
      differences: [
        '- 2: StateFollower (Voter) Term:1 Lead:0',
        '- 4: StateFollower (Non-Voter) Term:1 Lead:0',
        '+ 2: StateFollower (Voter) Term:1 Lead:1',
        '+ 4: StateFollower (Non-Voter) Term:1 Lead:1',
      ],
    },
    {
      line: 74,
      text: 'stabilize',
      why: 'known',
      differences: ['- 2 has a Ready role follower lead 0', '- 4 has a Ready role follower lead 0'],
    },
  ],
  'forget_leader_prevote_checkquorum.txt': [
    {
      line: 57,
      text: 'stabilize',
      why: 'answered',
      differences: [
        '+ 1->3 poll refused t1',
        '+ 2->3 poll refused t1',
        '+ receives 1->3 poll refused t1',
        '+ receives 2->3 poll refused t1',
      ],
    },
    {
      line: 94,
      text: 'raft-state',
      why: 'known',
      differences: [
        '- 2: StateFollower (Voter) Term:1 Lead:0',
        '+ 2: StateFollower (Voter) Term:1 Lead:1',
      ],
    },
    {
      line: 118,
      text: 'stabilize 2',
      why: 'known',
      differences: [
        '- 2 has a Ready role follower lead 0',
        '- 2 has a Ready role follower lead 0',
        '- 2 lead 0',
        '+ 2 lead 1',
      ],
    },
    {
      line: 214,
      text: 'stabilize 2',
      why: 'known',
      differences: [
        '- 2 has a Ready role follower lead 0',
        '- 2 has a Ready role follower lead 0',
        '- 2 lead 0',
        '+ 2 lead 3',
      ],
    },
  ],
  'prevote.txt': [
    {
      line: 85,
      text: 'stabilize',
      why: 'melted',
      differences: ['- 3->1 appended t1 to 12', '- receives 3->1 appended t1 to 12'],
    },
    {
      line: 139,
      text: 'stabilize',
      why: 'leased',
      differences: [
        '- 1->2 poll granted t2',
        '- 1->2 vote granted t2',
        '+ 1->2 poll refused t1',
        '- receives 1->2 poll granted t2',
        '- receives 1->2 vote granted t2',
        '+ receives 1->2 poll refused t1',
        '- 1 has a Ready role follower lead 0 term 2 vote 2 commit 12',
        '- 1 has a Ready role follower lead 2 term 2 vote 2 commit 12',
        '- 1 has a Ready role follower lead 2 term 2 vote 2 commit 13',
        '- 1 vote 2',
        '+ 1 vote 0',
      ],
    },
  ],
  'prevote_checkquorum.txt': [
    {
      line: 34,
      text: 'stabilize',
      why: 'answered',
      differences: [
        '+ 1->2 poll refused t1',
        '+ 3->2 poll refused t1',
        '+ receives 1->2 poll refused t1',
        '+ receives 3->2 poll refused t1',
        '- 2 role pre-candidate',
        '+ 2 role follower',
      ],
    },
    {
      line: 89,
      text: 'stabilize',
      why: 'answered',
      differences: ['+ 1->3 poll refused t1', '+ receives 1->3 poll refused t1'],
    },
    {
      line: 206,
      text: 'stabilize',
      why: 'answered',
      differences: [
        '+ 2->1 poll refused t2',
        '+ 3->1 poll refused t2',
        '+ receives 2->1 poll refused t2',
        '+ receives 3->1 poll refused t2',
        '- 1 role pre-candidate',
        '+ 1 role follower',
      ],
    },
    {
      line: 230,
      text: 'stabilize',
      why: 'answered',
      differences: ['+ 3->2 poll refused t2', '+ receives 3->2 poll refused t2'],
    },
  ],
  'snapshot_succeed_via_app_resp_behind.txt': [
    {
      line: 151,
      text: 'stabilize 1',
      why: 'own',
      differences: ['- 1->3 append t1 after 1/11 commit 12 [1/12 "\\"foo\\""]', '- 1 has a Ready'],
    },
    {
      line: 163,
      text: 'status 1',
      why: 'own',
      instead: ['tick-heartbeat 1', 'tick-heartbeat 1', 'stabilize', 'status 1'],
      differences: [
        '+ switches 3 voters=(1 2 3)',
        '- 3: StateReplicate match=11 next=13 inflight=1',
        '+ 3: StateReplicate match=12 next=13',
        '- 3 commit 11',
        '+ 3 commit 12',
      ],
    },
  ],
};
