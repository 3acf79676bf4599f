// One partition's replicated state machine, in memory. Equal logs give equal states: nothing but
// the entries decides anything, so replicas agree on every value, every refusal, every eviction and
// every purge.
//
//   write ──► sessions: known? ──► writes ──► items      result for the client
//   merge ──► merged: known? ──► merges ──► items        outcome for the owner
//   watermark, owner-released ──► owners: passed by all? ──► tombstones ──► items   purge
//
// Log time (`hlc`) is the greatest timestamp applied so far. A quorum write's own timestamp is made
// greater than that, so that among quorum writes time and log order are one, whatever the leaders'
// clocks say.

import { laterOf, successor } from '../clocks/hlc.ts';
import { assert, assertNever } from '../model/assert.ts';
import type {
  DataCommand,
  MergeCommand,
  OwnerReleasedCommand,
  TentativeWrite,
  WatermarkCommand,
  WriteCommand,
} from '../model/command.ts';
import type { GroupId, LogIndex, NodeId } from '../model/ids.ts';
import { type Bounds, limits } from '../model/limits.ts';
import type { SessionRef, WriteOperation } from '../model/operation.ts';
import type {
  ConflictRow,
  GroupChanges,
  ItemRow,
  MachineRow,
  SessionResult,
  StateRow,
} from '../model/state.ts';
import type { StoredItems } from '../model/stored-items.ts';
import type { Dot, Timestamp, Version } from '../model/version.ts';
import { ownBytes } from './bytes.ts';
import { type ConflictBounds, Conflicts } from './conflicts.ts';
import { knownAt } from './contexts.ts';
import { Items } from './items.ts';
import { MergedDots } from './merged.ts';
import { type Conflict, decideMerge, type MergeOutcome, type Position } from './merges.ts';
import { Owners } from './owners.ts';
import type { Resolver } from './resolver.ts';
import { type ChangedRows, firstMachineRow, inChunks, rowsByKind } from './rows.ts';
import { type ScanBounds, type ScanPage, type ScanRange, scanPage } from './scan.ts';
import { type SessionBounds, Sessions } from './sessions.ts';
import type { DataRow } from './sizes.ts';
import { stateHash } from './state-hash.ts';
import { Tombstones } from './tombstones.ts';
import { decideWrite } from './writes.ts';

export interface PartitionOptions {
  readonly group: GroupId;
  readonly resolver: Resolver;
  /** Every replica has the same; tests make them small. */
  readonly bounds?: PartitionBounds;
}

export type PartitionBounds = SessionBounds &
  ConflictBounds &
  ScanBounds &
  Pick<Bounds, 'vectorOriginsMax' | 'snapshotChunkBytes'>;

export type ApplyResult =
  | SessionResult
  /** Executed once or never, but too long ago to tell: effect unknown. */
  | { readonly kind: 'session-expired' }
  | { readonly kind: 'merged'; readonly dot: Dot; readonly outcome: MergeOutcome }
  | { readonly kind: 'watermark'; readonly purged: number }
  | { readonly kind: 'owner-released'; readonly purged: number };

export type PartitionChanges = Pick<GroupChanges, 'clear' | 'rows' | 'removed'>;

export class Partition {
  readonly group: GroupId;
  readonly resolver: Resolver;
  readonly #bounds: PartitionBounds;
  readonly #items = new Items();
  readonly #sessions: Sessions;
  readonly #conflicts: Conflicts;
  readonly #merged: MergedDots;
  readonly #owners = new Owners();
  readonly #tombstones = new Tombstones();
  #hlc: Timestamp = firstMachineRow.hlc;
  #appliedIndex = 0;
  #isMachineChanged = false;
  /** Everything is a change: the rows came from elsewhere and the engine has others. */
  #isAllChanged = false;
  #hash: string | null = null;
  /** Nobody asked for anything since the restore: the stored tombstones are not known yet. */
  #isUntouched = false;

  constructor({ group, resolver, bounds = limits }: PartitionOptions) {
    this.group = group;
    this.resolver = resolver;
    this.#bounds = bounds;
    this.#merged = new MergedDots(bounds.vectorOriginsMax);
    this.#sessions = new Sessions(bounds);
    this.#conflicts = new Conflicts(bounds);
  }

  /** Of keys and values, approximately. */
  get bytes(): number {
    return this.#items.bytes;
  }

  /** Keys that have a value. */
  get keys(): number {
    return this.#items.liveCount;
  }

  /** Conflicts in the life of this partition; `conflictRows` has the latest of them. */
  get conflicts(): number {
    return this.#conflicts.next - 1;
  }

  /** Log time. A node feeds it to its clock (`raise`), so that its next timestamps are greater. */
  get hlc(): Timestamp {
    return this.#hlc;
  }

  get hasChanges(): boolean {
    return this.changedRows > 0;
  }

  /** Rows that `takeChanges` would hand out now. */
  get changedRows(): number {
    if (this.#isAllChanged) return this.#rowCount;
    const machine = this.#isMachineChanged ? 1 : 0;
    return this.#items.changed + this.#sessions.changed + this.#conflicts.changed + machine;
  }

  /** Which tentative writes the log has merged; a journal reads it. */
  get merged(): Pick<MergedDots, 'has' | 'upTo' | 'hasGaps'> {
    return this.#merged;
  }

  /** Nodes that are no replicas any more and whose `one` writes may still come, sorted. */
  get departed(): readonly NodeId[] {
    return this.#owners.departed;
  }

  hasMerged(dot: Dot): boolean {
    return this.#merged.has(dot);
  }

  /**
   * Replaces everything. `changed`: the engine does not have these rows yet, so that the next
   * changes are "clear, then all of them". `stored`: items that are not among the rows, each read
   * when it is needed.
   */
  restore(
    rows: Iterable<StateRow>,
    options: { readonly changed: boolean; readonly stored?: StoredItems } = { changed: false },
  ): void {
    const { items, sessions, conflicts, machine } = rowsByKind(rows);
    this.#items.restore(items, options.stored);
    this.#sessions.restore({ rows: sessions, marks: machine });
    this.#conflicts.restore({ rows: conflicts, next: machine.nextConflict });
    this.#merged.restore(machine.merged);
    this.#owners.restore(machine);
    this.#tombstones.restore(items);
    this.#hlc = machine.hlc;
    this.#appliedIndex = 0;
    this.#isMachineChanged = false;
    this.#isAllChanged = options.changed;
    this.#isUntouched = options.stored !== undefined;
    this.#hash = null;
  }

  /**
   * Voters and learners, joint ones too, of the configuration in force at the applied point. Called
   * first thing after the birth and after each `restore`, where it only repeats what is so, and then
   * whenever a configuration entry is applied: who is not named any more has departed until it is
   * released. At index 0 it is the configuration that the group was born with, on every node, also
   * on one that it does not name: equal logs give equal states only from equal beginnings.
   */
  setReplicas(nodes: readonly NodeId[]): void {
    if (this.#owners.setReplicas(nodes)) this.#touchMachine();
  }

  /** Applies the entry at `at`. Entries come in log order, each once. */
  apply(at: Position, command: DataCommand): ApplyResult {
    assert(at.index > this.#appliedIndex, () => `${at.index} applied after ${this.#appliedIndex}`);
    this.#appliedIndex = at.index;
    this.#touch();
    switch (command.kind) {
      case 'write':
        return this.#applyWrite(at, command);
      case 'merge':
        return this.#applyMerge(at, command);
      case 'watermark':
        return this.#applyWatermark(command);
      case 'owner-released':
        return this.#applyOwnerReleased(command);
      default:
        return assertNever(command);
    }
  }

  /** The oldest tombstone that waits for this replica's watermark, or null. */
  oldestTombstoneNotPassedBy(node: NodeId): LogIndex | null {
    // Purging can wait: it is no reason to read what nobody asks for.
    return this.#tombstones.oldestAfter(this.#owners.passedBy(node));
  }

  /** The key's row, a tombstone too; null when nothing is there. */
  read(key: string): ItemRow | null {
    this.#touch();
    return this.#items.get(key);
  }

  scan(range: ScanRange): ScanPage {
    this.#touch();
    return scanPage(this.#items, range, this.#bounds);
  }

  /** The losers that are still kept, oldest first. */
  conflictRows(): readonly ConflictRow[] {
    return this.#conflicts.rows();
  }

  /** What changed since the last call; each row once, in its latest form. */
  takeChanges(): PartitionChanges {
    const clear = this.#isAllChanged;
    if (clear) this.#touch();
    const changes: ChangedRows = { rows: [], removed: [] };
    this.#items.takeChanges(changes);
    this.#sessions.takeChanges(changes);
    this.#conflicts.takeChanges(changes);
    if (this.#isMachineChanged) changes.rows.push(this.#machineRow());
    this.#isMachineChanged = false;
    this.#isAllChanged = false;
    return clear ? { clear, rows: [...this.#rows()], removed: [] } : { clear, ...changes };
  }

  /** The whole state as it is now; stays as it is while the partition moves on. */
  snapshotChunks(): StateRow[][] {
    this.#touch();
    return inChunks(this.#rows(), this.#bounds.snapshotChunkBytes);
  }

  /**
   * 16 hexadecimal digits over all rows; equal on replicas that applied the same prefix of the
   * log.
   */
  hash(): string {
    this.#touch();
    this.#hash ??= stateHash(this.#rows());
    return this.#hash;
  }

  get #rowCount(): number {
    this.#touch();
    return this.#items.count + this.#sessions.count + this.#conflicts.count + 1;
  }

  /** First of all the tombstones, before any of them is taken as a key like others. */
  #touch(): void {
    if (!this.#isUntouched) return;
    this.#isUntouched = false;
    this.#tombstones.restore(this.#items.takeTombstones());
  }

  #applyWrite(at: Position, { operation, session, hlc }: WriteCommand): ApplyResult {
    this.#advance(laterOf(hlc, successor(this.#hlc)));
    const known = this.#sessions.recall(session, this.#hlc);
    const result = known ?? this.#executeOnce({ at, operation, session });
    this.#sessions.evict(this.#hlc);
    return result;
  }

  #executeOnce({ at, operation, session }: Execution): SessionResult {
    const current = this.#items.get(operation.key);
    const decision = decideWrite({ current, operation, at, hlc: this.#hlc });
    const stored = this.#store(decision);
    const result = stored === null ? decision.result : withVersion(decision.result, stored.version);
    this.#sessions.remember(session, this.#hlc, result);
    return result;
  }

  #applyMerge(at: Position, command: MergeCommand): ApplyResult {
    const { write } = command;
    this.#advance(laterOf(this.#hlc, write.hlc));
    const outcome = this.#merged.add(write.dot) ? this.#merge(at, sanitized(write, at)) : 'known';
    this.#sessions.evict(this.#hlc);
    return { kind: 'merged', dot: write.dot, outcome };
  }

  #merge(at: Position, write: TentativeWrite): MergeOutcome {
    const current = this.#items.get(write.key);
    const decision = decideMerge({ current, write, at, resolver: this.resolver });
    this.#store(decision);
    return decision.outcome;
  }

  #applyWatermark(command: WatermarkCommand): ApplyResult {
    if (this.#owners.record(command)) this.#touchMachine();
    return { kind: 'watermark', purged: this.#purge() };
  }

  /** At once: if all others have spoken, nothing more comes that would. */
  #applyOwnerReleased({ node }: OwnerReleasedCommand): ApplyResult {
    if (this.#owners.release(node)) this.#touchMachine();
    return { kind: 'owner-released', purged: this.#purge() };
  }

  /** Takes out the tombstones that every owner has passed; returns how many. */
  #purge(): number {
    const keys = this.#tombstones.takePassed(this.#owners.passedByAll);
    for (const key of keys) this.#items.purge(key);
    if (keys.length > 0) this.#hash = null;
    return keys.length;
  }

  #store({ item, conflict }: Decision): ItemRow | null {
    if (conflict !== null) this.#conflicts.add(conflict);
    if (item === null) return null;
    const before = this.#items.get(item.key);
    const after = this.#merged.trimmed(item);
    this.#items.put(after);
    this.#tombstones.note({ before, after });
    return after;
  }

  #advance(hlc: Timestamp): void {
    this.#hlc = hlc;
    this.#touchMachine();
  }

  #touchMachine(): void {
    this.#isMachineChanged = true;
    this.#hash = null;
  }

  #machineRow(): MachineRow {
    return {
      kind: 'machine',
      hlc: this.#hlc,
      merged: this.#merged.toRows(),
      ...this.#owners.toRows(),
      ...this.#sessions.marks,
      nextConflict: this.#conflicts.next,
    };
  }

  *#rows(): Generator<DataRow> {
    yield* this.#items.rows();
    yield* this.#sessions.rows();
    yield* this.#conflicts.rows();
    yield this.#machineRow();
  }
}

interface Decision {
  readonly item: ItemRow | null;
  readonly conflict: Conflict | null;
}

interface Execution {
  readonly at: Position;
  readonly operation: WriteOperation;
  readonly session: SessionRef;
}

function sanitized(write: TentativeWrite, at: Position): TentativeWrite {
  const value = write.value === null ? null : ownBytes(write.value);
  return { ...write, value, context: knownAt(write.context, at) };
}

function withVersion(result: SessionResult, version: Version): SessionResult {
  return result.kind === 'written' && result.version !== version ? { ...result, version } : result;
}
