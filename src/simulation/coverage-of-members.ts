// What happened of members that come and go and of groups that move, counted by name.

import type { Input, Ready } from '../core/contract.ts';
import type { Command } from '../core/model/command.ts';
import { isJoint } from '../core/model/configuration.ts';
import type { Configuration } from '../core/model/entry.ts';
import type { GroupId } from '../core/model/ids.ts';
import { storageOf } from './cluster.ts';
import type { Counts } from './coverage.ts';
import type { Invariant, ReplicaView, ViewChange } from './invariants/watch.ts';
import type { End, MachineView } from './observation.ts';

export class MemberCoverage implements Invariant {
  readonly #counts: Counts;
  /** Replicas that were born while their node lived, and those that were dropped; by disk. */
  readonly #born = new Set<string>();
  readonly #dropped = new Set<string>();

  constructor(counts: Counts) {
    this.#counts = counts;
  }

  onBirth({ isMember }: MachineView): void {
    if (!isMember) this.#counts.count('rare removed machine started again');
  }

  onEnd(_machine: MachineView, how: End): void {
    if (how === 'removed') this.#counts.count('rare member told of its removal');
  }

  onBorn({ storageId }: MachineView, { group }: ReplicaView): void {
    const name = `${storageId} ${group}`;
    this.#counts.count('rare replica born on the way');
    if (this.#dropped.has(name)) this.#counts.count('rare group that comes back');
    this.#born.add(name);
  }

  onDropped({ storageId }: MachineView, group: GroupId): void {
    this.#counts.count('rare replica dropped');
    this.#dropped.add(`${storageId} ${group}`);
  }

  onInput(_machine: MachineView, input: Input): void {
    if (input.kind !== 'message' || input.message.kind !== 'released') return;
    const { merged } = input.message;
    if (merged.length > 0) this.#counts.count('rare `one` write let go by a retired replica');
  }

  onReady({ storageId }: MachineView, { persist }: Ready): void {
    for (const { group } of persist?.snapshots ?? []) {
      const isFirst = this.#born.delete(`${storageId} ${group}`);
      if (isFirst) this.#counts.count('rare replica born of a snapshot');
    }
    for (const record of persist?.records ?? []) {
      if (record.kind !== 'entries') continue;
      for (const { payload } of record.entries) {
        if (payload.kind === 'command') this.#countCommand(payload.command);
      }
    }
  }

  onView(_machine: MachineView, _replica: ReplicaView, { before, now }: ViewChange): void {
    if (before === null || before.role !== 'leader') return;
    if (now.role === 'leader' && now.term === before.term) {
      this.#countChange(before.configuration, now.configuration);
    } else if (['outgoing', 'removed', 'learner'].includes(now.standing)) {
      this.#counts.count('rare leader removed');
    }
  }

  #countChange(before: Configuration, now: Configuration): void {
    const count = (name: string, is: boolean): void => {
      if (is) this.#counts.count(name);
    };
    const news = now.learners.filter((node) => !before.learners.includes(node));
    count(
      'rare learner added',
      news.some((node) => !before.voters.includes(node)),
    );
    count(
      'rare learner promoted',
      now.voters.some((node) => before.learners.includes(node)),
    );
    count('rare joint configuration', isJoint(now) && !isJoint(before));
    count('rare joint configuration left', isJoint(before) && !isJoint(now));
    count('rare voter removed', removes(before, now));
  }

  #countCommand(command: Command): void {
    switch (command.kind) {
      case 'owner-released':
        this.#counts.count('rare owner released');
        return;
      case 'member-joined': {
        const { node, storageId } = command.member;
        this.#counts.count('rare member joined');
        if (storageId !== storageOf(node)) this.#counts.count('rare name that joins again');
        return;
      }
      case 'member-departing':
        if (command.how === 'leaving') this.#counts.count('rare member left');
        else if (command.force) this.#counts.count('rare member called lost');
        // Only the cluster itself is so careful.
        else this.#counts.count('rare member given up');
        return;
      case 'member-removed':
        this.#counts.count('rare member removed');
        return;
      case 'settings-changed':
        this.#counts.count('rare settings changed');
        return;
      case 'feature-level-raised':
        this.#counts.count('rare feature level raised');
        return;
      default:
    }
  }
}

function removes(before: Configuration, now: Configuration): boolean {
  const voted = [...before.voters, ...before.votersOutgoing];
  const vote = [...now.voters, ...now.votersOutgoing];
  return voted.some((node) => !vote.includes(node));
}
