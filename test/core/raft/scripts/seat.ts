// One member of a group under a script, and what its host would keep: the disk, outputs that no
// Ready has taken yet, and the queues of its two storage threads.

import type { Configuration, Entry } from '../../../../src/core/model/entry.ts';
import { type LogIndex, logIndex, type NodeId, term } from '../../../../src/core/model/ids.ts';
import { limits } from '../../../../src/core/model/limits.ts';
import type { Random } from '../../../../src/core/model/random.ts';
import type { ItemRow, Snapshot } from '../../../../src/core/model/state.ts';
import { zeroTimestamp } from '../../../../src/core/model/version.ts';
import type { RaftOutput, RaftPersist } from '../../../../src/core/raft/contract.ts';
import { Raft } from '../../../../src/core/raft/raft.ts';
import { textOf } from '../cluster.ts';
import { type Disk, emptyDisk, textsOf } from '../disk.ts';
import type { Standing } from './report.ts';

export interface SeatOptions {
  readonly name: NodeId;
  readonly configuration: Configuration;
  /** The log begins after a snapshot at this index; 0: nothing is there at all. */
  readonly index: number;
  readonly appendsInFlightMax: number;
}

/** Every draw is the longest: a script says when a timer fires. */
const patient: Random = {
  below: (bound) => bound - 1,
  between: (_low, high) => high,
  chance: () => false,
  stream: () => patient,
};

export class Seat {
  readonly name: NodeId;
  readonly raft: Raft;
  readonly disk: Disk;
  /** Outputs that the next Ready takes. */
  staged: RaftOutput[] = [];
  /** Writes that one Ready handed to the append thread, oldest first. */
  readonly appends: (readonly RaftPersist[])[] = [];
  /** Entries that one Ready handed to the apply thread. */
  readonly applies: (readonly Entry[])[] = [];
  applied: string[] = [];
  appliedIndex: LogIndex;
  /** In force at the applied index. */
  configuration: Configuration;
  /** At its last Ready. */
  standing: Standing = {};
  /** The commit index that each member was last told in this term. */
  readonly #told = new Map<NodeId, number>();
  #toldTerm = 0;

  constructor({ name, configuration, index, appendsInFlightMax }: SeatOptions) {
    this.name = name;
    this.appliedIndex = logIndex(index);
    this.configuration = configuration;
    this.disk = emptyDisk(configuration);
    this.disk.start = { index: logIndex(index), term: term(0) };
    this.raft = new Raft({
      self: name,
      random: patient,
      configuration,
      hardState: this.disk.hardState,
      start: this.disk.start,
      entries: [],
      appliedIndex: this.appliedIndex,
      takeSnapshot: () => this.snapshot(),
      bounds: { ...limits, appendsInFlightMax },
    });
  }

  /** Of everything applied, in one chunk. */
  snapshot(): Snapshot {
    const index = this.appliedIndex;
    const termThere = this.raft.termAt(index);
    if (termThere === undefined) throw new Error('the applied entry is not in the log');
    const { configuration } = this;
    return { point: { index, term: termThere, configuration }, chunks: [this.applied.map(rowOf)] };
  }

  restore(snapshot: Snapshot): void {
    this.applied = textsOf(snapshot);
    this.appliedIndex = snapshot.point.index;
    this.configuration = snapshot.point.configuration;
  }

  apply(entry: Entry): void {
    const { index, payload } = entry;
    if (index !== this.appliedIndex + 1) throw new Error('a gap in what is applied');
    this.applied.push(textOf(entry) ?? '');
    this.appliedIndex = index;
    if (payload.kind === 'configuration') this.configuration = payload.configuration;
  }

  /** The present standing; a learner is a follower to etcd. */
  look(): Standing {
    const { role, leader, term: now, votedFor, commitIndex } = this.raft.view();
    return {
      role: role === 'learner' ? 'follower' : role,
      lead: leader ?? '0',
      term: String(now),
      vote: votedFor ?? '0',
      commit: String(commitIndex),
    };
  }

  /** Its log is not durable to the end. */
  get isUnsure(): boolean {
    const { persistedIndex, lastIndex } = this.raft.view();
    return persistedIndex < lastIndex;
  }

  noteTold(output: RaftOutput): void {
    if (this.#toldTerm !== this.raft.term) this.#told.clear();
    this.#toldTerm = this.raft.term;
    for (const { to, message } of output.messages) {
      if (message.kind === 'append') this.#told.set(to, message.commitIndex);
      if (message.kind === 'install-snapshot') this.#told.set(to, message.index);
    }
  }

  /** Who may be sent appends and has not heard of the newest committed entry. */
  untold(): readonly NodeId[] {
    const { commitIndex } = this.raft.view();
    const due = this.raft.progressOf().filter(({ node, mode, paused }) => {
      const isListening = node !== this.name && mode === 'replicate' && !paused;
      return isListening && (this.#told.get(node) ?? 0) < commitIndex;
    });
    return due.map(({ node }) => node);
  }
}

function rowOf(text: string): ItemRow {
  const version = { index: logIndex(0), term: term(0), vector: {}, hlc: zeroTimestamp };
  return { kind: 'item', key: text, value: null, version, dot: null };
}
