// Small periodic duties: registering this start with the control group, and telling the leader of
// each partition how far this replica's watermark is, so that tombstones can be purged.

import type { NodeOptions } from '../contract.ts';
import type { AnnounceStart, ProposeWatermark } from '../messages.ts';
import type { Command } from '../model/command.ts';
import { featureLevelOfThisBuild } from '../model/features.ts';
import type { Incarnation, LogIndex, NodeId } from '../model/ids.ts';
import { commandSize } from './command-size.ts';
import type { Outbox } from './outbox.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import type { StateSaver } from './state-saver.ts';

/** How often a duty that is not seen done is repeated. */
const announceTicks = 50;
const watermarkTicks = 100;

export interface UpkeepOptions {
  readonly options: NodeOptions;
  readonly replicas: Replicas;
  readonly outbox: Outbox;
  readonly saver: StateSaver;
}

export class Upkeep {
  readonly #node: NodeOptions;
  readonly #replicas: Replicas;
  readonly #outbox: Outbox;
  readonly #saver: StateSaver;
  #registered = false;
  #announceIn = announceTicks;
  #watermarkIn = watermarkTicks;

  constructor(options: UpkeepOptions) {
    this.#node = options.options;
    this.#replicas = options.replicas;
    this.#outbox = options.outbox;
    this.#saver = options.saver;
  }

  /** Returns the replicas that were given a proposal. */
  tick(ticks: number): readonly Replica[] {
    const touched: Replica[] = [];
    this.#announceIn -= ticks;
    if (!this.#registered && this.#announceIn <= 0) {
      this.#announceIn = announceTicks;
      const { control } = this.#replicas;
      if (control) touched.push(...this.#announce(control));
    }
    this.#watermarkIn -= ticks;
    if (this.#watermarkIn <= 0) {
      this.#watermarkIn = watermarkTicks;
      for (const replica of this.#replicas.all) touched.push(...this.#tellWatermark(replica));
    }
    return touched;
  }

  /** A peer's duty, when this node leads the group that it concerns. */
  onMessage(from: NodeId, message: ProposeWatermark | AnnounceStart): Replica | undefined {
    if (message.kind === 'announce-start') {
      const { control } = this.#replicas;
      if (control) proposeStart(control, from, message);
      return control;
    }
    const replica = this.#replicas.get(message.group);
    if (replica) this.#proposeWatermark(replica, from, message);
    return replica;
  }

  #announce(control: Replica): readonly Replica[] {
    const { self, incarnation, storageId, featureLevel = featureLevelOfThisBuild } = this.#node;
    if (control.machine.kind !== 'control') return [];
    this.#registered = control.machine.control.incarnationOf(self) >= incarnation;
    const { leader } = control.raft;
    if (this.#registered || leader === null) return [];
    const start = { kind: 'announce-start', incarnation, storageId, featureLevel } as const;
    if (leader === self) proposeStart(control, self, start);
    else this.#outbox.send(leader, start);
    return [control];
  }

  #tellWatermark(replica: Replica): readonly Replica[] {
    if (replica.machine.kind !== 'data') return [];
    const { self, incarnation } = this.#node;
    const { partition, journal } = replica.machine;
    const { leader } = replica.raft;
    const oldest = partition.oldestTombstoneNotPassedBy(self);
    if (leader === null || oldest === null) return [];
    // A watermark must outlive a crash, so it counts from synced state only (data/journal.ts).
    const index = journal.watermark(replica.syncedIndex);
    if (index < oldest) {
      if (replica.syncedIndex < oldest) this.#saver.requestSync();
      return [];
    }
    if (leader === self) this.#proposeWatermark(replica, self, { incarnation, index });
    else {
      const { group } = replica;
      this.#outbox.send(leader, { kind: 'propose-watermark', group, incarnation, index });
    }
    return [replica];
  }

  #proposeWatermark(
    replica: Replica,
    node: NodeId,
    { incarnation, index }: { incarnation: Incarnation; index: LogIndex },
  ): void {
    proposeTo(replica, { kind: 'watermark', node, incarnation, index });
  }
}

/** Whether the data directory is the one that the cluster knows is decided where it is applied. */
function proposeStart(control: Replica, node: NodeId, start: AnnounceStart): void {
  const { storageId, incarnation, featureLevel } = start;
  proposeTo(control, { kind: 'member-started', node, storageId, incarnation, featureLevel });
}

/** A refusal needs no answer: the duty is repeated until it is seen done. */
function proposeTo(replica: Replica, command: Command): void {
  replica.raft.propose(command, commandSize(command));
}
