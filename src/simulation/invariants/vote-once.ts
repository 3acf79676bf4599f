// A server votes for at most one candidate in a given term (Raft paper, section 5.2), whatever
// crashes lie between: the vote is in the hard state. Seen in what it sends and in what it finds on
// its disk, over all its lives, and in what it holds, within one. A vote that was neither sent nor
// durable was never given. A candidate has voted for itself.

import type { Ready } from '../../core/contract.ts';
import type { GroupId, NodeId, Term } from '../../core/model/ids.ts';
import type { Recovered } from '../../core/model/records.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class VoteOnce implements Invariant {
  /** By the voter's disk, group and term: who forgets a group keeps its promises. */
  readonly #votes = new Map<string, NodeId>();

  onBirth(machine: MachineView, { groups }: Recovered): void {
    for (const { group, hardState } of groups) {
      this.#vote(machine, group, { term: hardState.term, candidate: hardState.votedFor });
    }
  }

  onView({ name }: MachineView, { group }: ReplicaView, { before, now }: ViewChange): void {
    if (before === null || before.term !== now.term || before.votedFor === null) return;
    if (now.votedFor === before.votedFor) return;
    const taken = `took its vote in term ${now.term} back from ${before.votedFor}`;
    const facts = `group ${group}: ${name} ${taken} and gave it to ${now.votedFor ?? 'nobody'}`;
    throw new Violation('vote-once', facts);
  }

  onReady(machine: MachineView, { messages }: Ready): void {
    for (const { to, message } of messages) {
      if (message.kind !== 'group') continue;
      const { kind, term } = message.message;
      if (kind === 'vote' && message.message.granted && !message.message.pre) {
        this.#vote(machine, message.group, { term, candidate: to });
      } else if (kind === 'request-vote' && !message.message.pre) {
        this.#vote(machine, message.group, { term, candidate: machine.name });
      }
    }
  }

  #vote(
    { name: voter, storageId }: MachineView,
    group: GroupId,
    { term, candidate }: { term: Term; candidate: NodeId | null },
  ): void {
    if (candidate === null) return;
    const key = `${storageId} ${group} ${term}`;
    const known = this.#votes.get(key);
    if (known === undefined) this.#votes.set(key, candidate);
    else if (known !== candidate) {
      const facts = `group ${group}: ${voter} voted for both ${known} and ${candidate} in term ${term}`;
      throw new Violation('vote-once', facts);
    }
  }
}
