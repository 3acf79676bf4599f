// Configurations change one at a time, and safely (Ongaro's thesis, sections 4.1 to 4.3): before one
// is written, the one before it is committed; majorities of the two always meet; and who becomes a
// voter was a learner that held, durably, the entry which says so. Looked at when a leader writes one.

import type { Ready } from '../../core/contract.ts';
import { isJoint, isSame, leftJoint, needsJoint } from '../../core/model/configuration.ts';
import type { Configuration, Entry } from '../../core/model/entry.ts';
import type { GroupId, NodeId } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Commits } from './commits.ts';
import type { Configurations, Written } from './configurations.ts';
import type { Disks } from './disks.ts';
import type { Invariant, ReplicaView } from './watch.ts';

export class OneChange implements Invariant {
  readonly #commits: Commits;
  readonly #configurations: Configurations;
  readonly #disks: Disks;

  constructor(commits: Commits, configurations: Configurations, disks: Disks) {
    this.#commits = commits;
    this.#configurations = configurations;
    this.#disks = disks;
  }

  onReady(machine: MachineView, { persist }: Ready): void {
    for (const record of persist?.records ?? []) {
      if (record.kind !== 'entries') continue;
      for (const entry of record.entries) this.#look(machine, record.group, entry);
    }
  }

  #look({ name, node }: MachineView, group: GroupId, { index, term, payload }: Entry): void {
    if (payload.kind !== 'configuration') return;
    const raft = node?.replica(group)?.raft;
    if (raft === undefined) return;
    const view = raft.view();
    // Its own: entries of other terms are copies, judged when they were written.
    if (view.role !== 'leader' || view.term !== term) return;
    const before = this.#configurations.before(group, raft, index);
    if (before === null) return;
    const { configuration: after } = payload;
    const who = `group ${group}: ${name} wrote the configuration ${words(after)} at ${index}`;
    if (before.index > this.#commits.of(group).last) {
      const facts = `${who}, while the one at ${before.index} was not committed`;
      throw new Violation('one-configuration', facts);
    }
    if (!meets(before.configuration, after)) {
      const facts = `${who} after ${words(before.configuration)}: their majorities may not meet`;
      throw new Violation('one-configuration', facts);
    }
    this.#lookAtPromotions(who, { group, raft, before, after });
  }

  #lookAtPromotions(
    who: string,
    change: {
      readonly group: GroupId;
      readonly raft: ReplicaView['raft'];
      readonly before: Written;
      readonly after: Configuration;
    },
  ): void {
    const { group, raft, before, after } = change;
    const { voters, votersOutgoing, learners } = before.configuration;
    for (const node of after.voters) {
      if (voters.includes(node) || votersOutgoing.includes(node)) continue;
      if (!learners.includes(node)) {
        throw new Violation('learner-first', `${who}, in which ${node} votes that was no learner`);
      }
      const { start, last } = this.#disks.replica(node, group);
      const held = Math.max(start.index, last);
      if (held >= this.#learnerSince(node, { group, raft, from: before })) continue;
      const facts = `${who}, in which ${node} votes that has the log up to ${held} only`;
      throw new Violation('learner-first', facts);
    }
  }

  /** The entry that made it one; it may have been repeated by later ones. */
  #learnerSince(
    node: NodeId,
    { group, raft, from }: { group: GroupId; raft: ReplicaView['raft']; from: Written },
  ): number {
    let since = from.index;
    for (let at: Written | null = from; at?.configuration.learners.includes(node); ) {
      since = at.index;
      at = this.#configurations.before(group, raft, at.index);
    }
    return since;
  }
}

/** Any majority of the one shares a member with any majority of the other. */
function meets(before: Configuration, after: Configuration): boolean {
  if (isJoint(before)) return isSame(leftJoint(before), after);
  if (!isJoint(after)) return !needsJoint(before, after);
  return sorted(after.votersOutgoing) === sorted(before.voters);
}

function sorted(nodes: readonly NodeId[]): string {
  return [...nodes].sort().join(' ');
}

function words({ voters, votersOutgoing, learners }: Configuration): string {
  const outgoing = votersOutgoing.length > 0 ? `, outgoing ${votersOutgoing.join(' ')}` : '';
  const learning = learners.length > 0 ? `, learners ${learners.join(' ')}` : '';
  return `(${voters.join(' ')}${outgoing}${learning})`;
}
