// What passes between a node and its storage: the records of the write-ahead log, the batches of
// applied state, and what a recovery finds. Also the events that a node tells about itself.

import type { TentativeWrite } from './command.ts';
import type { Entry, HardState, LogStart } from './entry.ts';
import type { GroupId } from './ids.ts';
import type { AppliedPoint, GroupChanges, Snapshot, StateRow } from './state.ts';
import type { StoredItems } from './stored-items.ts';
import type { Dot } from './version.ts';

/** One record of the write-ahead log. */
export type LogRecord =
  | { readonly kind: 'entries'; readonly group: GroupId; readonly entries: readonly Entry[] }
  | { readonly kind: 'hard-state'; readonly group: GroupId; readonly hardState: HardState }
  /** The log of the group now begins after this point (a snapshot was installed). */
  | { readonly kind: 'log-start'; readonly group: GroupId; readonly start: LogStart }
  | { readonly kind: 'tentative'; readonly group: GroupId; readonly write: TentativeWrite }
  /** The dot was merged and applied: the journal may forget it. */
  | { readonly kind: 'tentative-done'; readonly group: GroupId; readonly dot: Dot }
  /** Everything of the group was forgotten, for the `life`th time; what follows is a new life. */
  | ({ readonly kind: 'group-dropped' } & GroupDrop);

/** A group is forgotten; `hardState` is what its next life here begins with: promises stay. */
export interface GroupDrop {
  readonly group: GroupId;
  readonly life: number;
  readonly hardState: HardState;
}

/** Made durable as a whole, drops and snapshots first. */
export interface PersistBatch {
  readonly number: number;
  /** Installed atomically and synced in the engine before the records are written. */
  readonly snapshots: readonly { readonly group: GroupId; readonly snapshot: Snapshot }[];
  /**
   * Groups whose state goes and whose `life` and hard state are remembered in the engine, synced,
   * before the `group-dropped` records among `records` are written. No group is in both lists.
   */
  readonly drops: readonly GroupDrop[];
  readonly records: readonly LogRecord[];
}

/** Applied state for the engine: one atomic batch. */
export interface StateBatch {
  readonly number: number;
  /** True: must survive a power cut; the log below the applied points may then be dropped. */
  readonly sync: boolean;
  readonly changes: readonly GroupChanges[];
}

/** What a storage found for one group. */
export interface RecoveredGroup {
  readonly group: GroupId;
  /** How often the group was dropped here before; 0: what is here is from the cluster's birth. */
  readonly life: number;
  /** null: the engine has no state of this group. */
  readonly point: AppliedPoint | null;
  /** All but the items. */
  readonly rows: readonly StateRow[];
  readonly items: StoredItems;
  /** At least that of the last drop. */
  readonly hardState: HardState;
  /** Entries after `start`, contiguous; `start` may lie before or at the applied point. */
  readonly start: LogStart;
  readonly entries: readonly Entry[];
  /** `one` writes that are not known to be merged. */
  readonly tentative: readonly TentativeWrite[];
}

export interface Recovered {
  readonly groups: readonly RecoveredGroup[];
}

export interface NodeEvent {
  readonly kind: string;
  readonly group: GroupId | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}
