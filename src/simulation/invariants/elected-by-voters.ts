// Who leads was elected by voters (Raft paper, section 5.2; Ongaro's thesis, section 4.2): of every
// voting set of the configuration in its log, a majority voted for it in that term. A learner's vote
// counts for nothing, nor does one of a disk that was removed, or its own if it is no voter.

import type { Ready } from '../../core/contract.ts';
import type { Configuration } from '../../core/model/entry.ts';
import type { GroupId, NodeId, StorageId, Term } from '../../core/model/ids.ts';
import { majority } from '../../core/model/quorum.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import { type Configurations, votingSets } from './configurations.ts';
import type { Removals } from './removals.ts';
import type { Seats } from './seats.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class ElectedByVoters implements Invariant {
  readonly #configurations: Configurations;
  readonly #seats: Seats;
  readonly #removals: Removals;
  /** By group, term and candidate: who voted, on which disk. */
  readonly #votes = new Map<string, Map<NodeId, StorageId>>();

  constructor(by: {
    readonly configurations: Configurations;
    readonly seats: Seats;
    readonly removals: Removals;
  }) {
    this.#configurations = by.configurations;
    this.#seats = by.seats;
    this.#removals = by.removals;
  }

  onReady({ name, storageId }: MachineView, { messages }: Ready): void {
    for (const { to, message } of messages) {
      if (message.kind !== 'group') continue;
      const { kind, term } = message.message;
      if (kind !== 'vote' || message.message.pre || !message.message.granted) continue;
      this.#votesFor(message.group, term, to).set(name, storageId);
    }
  }

  onView(machine: MachineView, { group, raft }: ReplicaView, { before, now }: ViewChange): void {
    if (now.role !== 'leader') return;
    if (before?.role === 'leader' && before.term === now.term) return;
    const { name, storageId } = machine;
    const votes = new Map(this.#votesFor(group, now.term, name)).set(name, storageId);
    const inForce = this.#configurations.inForce(group, raft);
    if (inForce === null) return;
    // A new leader may have left a joint configuration in the same step.
    const isItsOwn = raft.termAt(inForce.index) === now.term;
    const last = isItsOwn ? this.#configurations.before(group, raft, inForce.index) : null;
    const why = [inForce, ...(last === null ? [] : [last])].map(({ configuration }) =>
      this.#whatIsMissing(group, configuration, votes),
    );
    if (why.includes(null)) return;
    const facts = `group ${group}: ${name} leads term ${now.term}, but ${why[0]}`;
    throw new Violation('elected-by-voters', facts);
  }

  #whatIsMissing(
    group: GroupId,
    configuration: Configuration,
    votes: ReadonlyMap<NodeId, StorageId>,
  ): string | null {
    for (const set of votingSets(configuration)) {
      const yes = set.filter((node) => {
        const storageId = votes.get(node);
        if (storageId === undefined || this.#removals.isRemoved(storageId)) return false;
        return this.#seats.has(group, node, storageId);
      });
      if (yes.length >= majority(set.length)) continue;
      return `only ${yes.join(', ') || 'nobody'} of ${set.join(', ')} voted for it`;
    }
    return configuration.voters.length > 0 ? null : 'its configuration has no voters';
  }

  #votesFor(group: GroupId, term: Term, candidate: NodeId): Map<NodeId, StorageId> {
    const key = `${group} ${term} ${candidate}`;
    const known = this.#votes.get(key);
    if (known !== undefined) return known;
    const votes = new Map<NodeId, StorageId>();
    this.#votes.set(key, votes);
    return votes;
  }
}
