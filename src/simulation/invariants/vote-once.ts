// A server votes for at most one candidate in a given term (Raft paper, section 5.2), whatever
// crashes lie between: the vote is in the hard state. Seen in what it sends, in what it writes, and
// in what it finds on its disk. A candidate has voted for itself.

import type { Ready } from '../../core/contract.ts';
import type { GroupId, NodeId, Term } from '../../core/model/ids.ts';
import type { Recovered } from '../../core/model/records.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant } from './watch.ts';

export class VoteOnce implements Invariant {
  /** By voter, group and term. */
  readonly #votes = new Map<string, NodeId>();

  onBirth({ name }: MachineView, { groups }: Recovered): void {
    for (const { group, hardState } of groups) {
      this.#vote(name, group, { term: hardState.term, candidate: hardState.votedFor });
    }
  }

  onReady({ name }: MachineView, { persist, messages }: Ready): void {
    for (const record of persist?.records ?? []) {
      if (record.kind !== 'hard-state') continue;
      const { term, votedFor } = record.hardState;
      this.#vote(name, record.group, { term, candidate: votedFor });
    }
    for (const { to, message } of messages) {
      if (message.kind !== 'group') continue;
      const { kind, term } = message.message;
      if (kind === 'vote' && message.message.granted && !message.message.pre) {
        this.#vote(name, message.group, { term, candidate: to });
      } else if (kind === 'request-vote' && !message.message.pre) {
        this.#vote(name, message.group, { term, candidate: name });
      }
    }
  }

  #vote(
    voter: NodeId,
    group: GroupId,
    { term, candidate }: { term: Term; candidate: NodeId | null },
  ): void {
    if (candidate === null) return;
    const key = `${voter} ${group} ${term}`;
    const known = this.#votes.get(key);
    if (known === undefined) this.#votes.set(key, candidate);
    else if (known !== candidate) {
      const facts = `group ${group}: ${voter} voted for both ${known} and ${candidate} in term ${term}`;
      throw new Violation('vote-once', facts);
    }
  }
}
