// What each disk certainly holds, as told by the batches that its node was told are durable. A twin
// of the disks, kept from outside: it knows nothing of bytes, only of promises.

import type { Input, Ready } from '../../core/contract.ts';
import type { TentativeWrite } from '../../core/model/command.ts';
import type { HardState, LogStart } from '../../core/model/entry.ts';
import type { GroupId, NodeId, StorageId } from '../../core/model/ids.ts';
import { logIndex, term } from '../../core/model/ids.ts';
import type {
  GroupDrop,
  LogRecord,
  PersistBatch,
  Recovered,
  RecoveredGroup,
} from '../../core/model/records.ts';
import type { MachineView } from '../observation.ts';
import { dotName } from './entry-content.ts';
import type { Invariant } from './watch.ts';

/** The durable part of one replica's log, hard state and journal. */
export class DurableReplica {
  /** How often it was dropped. */
  life = 0;
  hardState: HardState = { term: term(0), votedFor: null };
  start: LogStart = { index: logIndex(0), term: term(0) };
  /** Of the entries after `start`. */
  terms: number[] = [];
  /** `one` writes that are not known to be merged, by the name of their dot. */
  readonly tentative = new Map<string, TentativeWrite>();

  get last(): number {
    return this.start.index + this.terms.length;
  }

  termAt(index: number): number | undefined {
    return index === this.start.index ? this.start.term : this.terms[index - this.start.index - 1];
  }

  obey(record: LogRecord): void {
    switch (record.kind) {
      case 'hard-state':
        this.hardState = record.hardState;
        return;
      case 'log-start':
        this.start = record.start;
        this.terms = [];
        return;
      case 'entries': {
        const first = record.entries[0]?.index ?? this.last + 1;
        this.terms.length = Math.max(0, Math.min(this.terms.length, first - this.start.index - 1));
        for (const entry of record.entries) this.terms.push(entry.term);
        return;
      }
      case 'tentative':
        this.tentative.set(dotName(record.write.dot), record.write);
        return;
      case 'tentative-done':
        this.tentative.delete(dotName(record.dot));
        return;
      case 'group-dropped':
        this.drop(record);
        return;
      default:
    }
  }

  /** Everything goes but its promises. */
  drop({ life, hardState }: GroupDrop): void {
    this.life = life;
    this.hardState = hardState;
    this.start = { index: logIndex(0), term: term(0) };
    this.terms = [];
    this.tentative.clear();
  }

  copy(): DurableReplica {
    const copy = new DurableReplica();
    copy.life = this.life;
    copy.hardState = this.hardState;
    copy.start = this.start;
    copy.terms = [...this.terms];
    for (const [name, write] of this.tentative) copy.tentative.set(name, write);
    return copy;
  }
}

export interface Disk {
  readonly replicas: Map<GroupId, DurableReplica>;
  /** Batches handed to the disk and not known to be durable, oldest first. */
  pending: PersistBatch[];
}

/** A record became durable on the node's disk. */
export type OnDurable = (node: NodeId, record: LogRecord) => void;
/** The node runs on another disk than the one that ran under its name before. */
export type OnOtherDisk = (node: NodeId) => void;

export class Disks implements Invariant {
  readonly #disks = new Map<StorageId, Disk>();
  /** That the machine which started last under a name has. */
  readonly #inUse = new Map<NodeId, StorageId>();
  readonly #listeners: OnDurable[] = [];
  readonly #otherDiskListeners: OnOtherDisk[] = [];

  disk(storageId: StorageId): Disk {
    let disk = this.#disks.get(storageId);
    if (disk === undefined) {
      disk = { replicas: new Map(), pending: [] };
      this.#disks.set(storageId, disk);
    }
    return disk;
  }

  /** Of the machine that started last under the name. */
  replica(node: NodeId, group: GroupId): DurableReplica {
    const storageId = this.#inUse.get(node);
    if (storageId === undefined) return new DurableReplica();
    return replicaOn(this.disk(storageId).replicas, group);
  }

  /** Of the machine that started last under the name. */
  storageOf(node: NodeId): StorageId | undefined {
    return this.#inUse.get(node);
  }

  onOtherDisk(listener: OnOtherDisk): void {
    this.#otherDiskListeners.push(listener);
  }

  onDurable(listener: OnDurable): void {
    this.#listeners.push(listener);
  }

  /** What a start finds is durable from then on. Comes after those who compare it with before. */
  onBirth({ name, storageId }: MachineView, { groups }: Recovered): void {
    const disk = this.disk(storageId);
    this.#use(name, storageId);
    disk.pending = [];
    disk.replicas.clear();
    for (const found of groups) {
      disk.replicas.set(found.group, foundReplica(found));
      this.#tell(name, { kind: 'entries', group: found.group, entries: found.entries });
    }
  }

  onInput({ name, storageId }: MachineView, input: Input): void {
    if (input.kind !== 'persisted') return;
    const disk = this.disk(storageId);
    for (;;) {
      const [batch] = disk.pending;
      if (batch === undefined || batch.number > input.number) return;
      disk.pending.shift();
      for (const record of batch.records) {
        replicaOn(disk.replicas, record.group).obey(record);
        this.#tell(name, record);
      }
    }
  }

  onReady({ name, storageId }: MachineView, { persist }: Ready): void {
    if (persist === null) return;
    this.#use(name, storageId);
    this.disk(storageId).pending.push(persist);
  }

  #use(node: NodeId, storageId: StorageId): void {
    const before = this.#inUse.get(node);
    if (before === storageId) return;
    this.#inUse.set(node, storageId);
    if (before === undefined) return;
    for (const listener of this.#otherDiskListeners) listener(node);
  }

  #tell(name: NodeId, record: LogRecord): void {
    for (const listener of this.#listeners) listener(name, record);
  }
}

function replicaOn(replicas: Map<GroupId, DurableReplica>, group: GroupId): DurableReplica {
  let replica = replicas.get(group);
  if (replica === undefined) {
    replica = new DurableReplica();
    replicas.set(group, replica);
  }
  return replica;
}

export function foundReplica(found: RecoveredGroup): DurableReplica {
  const replica = new DurableReplica();
  replica.life = found.life;
  replica.hardState = found.hardState;
  replica.start = found.start;
  replica.terms = found.entries.map((entry) => entry.term);
  for (const write of found.tentative) replica.tentative.set(dotName(write.dot), write);
  return replica;
}
