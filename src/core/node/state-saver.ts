// Decides when applied state goes to the engine, and from which point on the log may be forgotten.
// The log replays whatever the engine misses, so saving is lazy; but the log may only shrink below
// state that a synced batch holds (DESIGN 13).

import type { GroupId, LogIndex } from '../model/ids.ts';
import { logIndex } from '../model/ids.ts';
import type { Bounds } from '../model/limits.ts';
import type { StateBatch } from '../model/records.ts';
import type { GroupChanges } from '../model/state.ts';
import type { Durability } from './durability.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';

/** Synced state is asked for after this many bytes of log: it bounds what a restart must replay. */
const syncEveryBytes = 2 << 20;

type SaverBounds = Pick<
  Bounds,
  | 'stateRowsMax'
  | 'stateSaveTicks'
  | 'nodeLogBytesMax'
  | 'logBytesMax'
  | 'logEntriesMax'
  | 'logEntriesTrailing'
>;

interface InFlight {
  readonly number: number;
  readonly sync: boolean;
  readonly points: ReadonlyMap<Replica, LogIndex>;
}

export class StateSaver {
  readonly #replicas: Replicas;
  readonly #durability: Durability;
  readonly #bounds: SaverBounds;
  #number = 0;
  #ticksSinceSave = 0;
  #inFlight: InFlight | null = null;
  #syncRequested = false;
  /** Entries applied since the last batch was taken. */
  #unsavedEntries = 0;
  /** False: nobody wanted compaction at the last look, and nothing was applied since. */
  #mayWantCompaction = true;

  constructor(options: {
    replicas: Replicas;
    durability: Durability;
    bounds: SaverBounds;
  }) {
    this.#bounds = options.bounds;
    this.#replicas = options.replicas;
    this.#durability = options.durability;
  }

  /** True while something waits to be saved, so that the host keeps ticking. */
  get pending(): boolean {
    return this.#inFlight !== null || this.#unsavedEntries > 0;
  }

  onApplied(entries: number): void {
    this.#unsavedEntries += entries;
    this.#mayWantCompaction = true;
  }

  /** The next batch shall be synced, whatever the length of the logs. */
  requestSync(): void {
    this.#syncRequested = true;
  }

  tick(ticks: number): void {
    this.#ticksSinceSave += ticks;
  }

  /** The next batch, when it is time and none is in flight. */
  take(): StateBatch | null {
    if (this.#inFlight !== null || !this.#isDue()) return null;
    this.#ticksSinceSave = 0;
    const sync = this.#wantsSync();
    this.#syncRequested = false;
    this.#unsavedEntries = 0;
    const changes: GroupChanges[] = [];
    for (const replica of this.#replicas.all) {
      const change = replica.takeChanges();
      if (change) changes.push(change);
    }
    if (changes.length === 0 && !sync) return null;
    if (sync) this.#durability.restartByteCount();
    this.#number += 1;
    const points = new Map(this.#replicas.all.map((replica) => [replica, replica.savedIndex]));
    this.#inFlight = { number: this.#number, sync, points };
    return { number: this.#number, sync, changes };
  }

  /** Notes what is saved; returns what the log may drop when the batch was synced, else null. */
  onSaved(number: number, synced: boolean): ReadonlyMap<GroupId, LogIndex> | null {
    const batch = this.#inFlight;
    if (batch === null || batch.number > number) return null;
    this.#inFlight = null;
    if (!synced) return null;
    const releasable = new Map<GroupId, LogIndex>();
    for (const [replica, index] of batch.points) {
      // An install in flight has its own synced write; its old log is replaced, not released.
      if (replica.installing !== null || replica.dropped) continue;
      replica.syncedIndex = index;
      releasable.set(replica.group, index);
    }
    this.#compactLogs();
    return releasable;
  }

  #wantsSync(): boolean {
    const costly = this.#durability.bytesSinceSync >= syncEveryBytes;
    return costly || this.#syncRequested || this.#findsLongLog();
  }

  /** Asked on every tick of a resting node: it does not look again while nothing can have changed. */
  #findsLongLog(): boolean {
    this.#mayWantCompaction &&= this.#replicas.all.some((one) => this.#wantsCompaction(one));
    return this.#mayWantCompaction;
  }

  #isDue(): boolean {
    if (this.#unsavedEntries >= this.#bounds.stateRowsMax) return true;
    return this.#ticksSinceSave >= this.#bounds.stateSaveTicks;
  }

  /** Shortens the logs in memory that are over a bound; a node-wide bound tightens the others. */
  #compactLogs(): void {
    const views = this.#replicas.all.map((replica) => ({ replica, view: replica.raft.view() }));
    const bytes = views.reduce((sum, { view }) => sum + view.logBytes, 0);
    const { nodeLogBytesMax, logBytesMax, logEntriesTrailing } = this.#bounds;
    const share = bytes > nodeLogBytesMax ? nodeLogBytesMax / views.length : logBytesMax;
    for (const { replica, view } of views) {
      if (!this.#isLong(replica) && view.logBytes <= share) continue;
      const length = view.lastIndex - view.start.index;
      const withinShare = Math.floor((length * share) / (2 * Math.max(1, view.logBytes)));
      const keep = Math.min(logEntriesTrailing, withinShare);
      const upTo = Math.min(replica.syncedIndex, view.lastIndex - keep);
      if (upTo > view.start.index) replica.raft.compact(logIndex(upTo));
    }
  }

  /** Something new could be synced, and the log is waiting for it. */
  #wantsCompaction(replica: Replica): boolean {
    return replica.syncedIndex < replica.appliedIndex && this.#isLong(replica);
  }

  #isLong(replica: Replica): boolean {
    const { logBytes, lastIndex, start } = replica.raft.view();
    const { logBytesMax, logEntriesMax } = this.#bounds;
    return logBytes > logBytesMax || lastIndex - start.index > logEntriesMax;
  }
}
