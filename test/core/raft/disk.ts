// What a member of the test cluster keeps over a crash: hard state, log, and the state that its
// engine saved.

import type { Configuration, Entry, HardState, LogStart } from '../../../src/core/model/entry.ts';
import { logIndex, term } from '../../../src/core/model/ids.ts';
import type { Snapshot } from '../../../src/core/model/state.ts';
import type { RaftPersist } from '../../../src/core/raft/contract.ts';

/** What survives a crash. */
export interface Disk {
  hardState: HardState;
  start: LogStart;
  entries: Entry[];
  /** The engine's state: everything up to `start` at least. */
  state: { index: number; term: number; applied: readonly string[] };
  /** At the state's index. */
  configuration: Configuration;
}

export function emptyDisk(configuration: Configuration): Disk {
  const start = { index: logIndex(0), term: term(0) };
  return {
    hardState: { term: term(0), votedFor: null },
    start,
    entries: [],
    state: { index: 0, term: 0, applied: [] },
    configuration,
  };
}

export function lastOf(disk: Disk): number {
  return disk.start.index + disk.entries.length;
}

/** What the storage does with a persist. */
export function persist(disk: Disk, write: RaftPersist): void {
  if (write.snapshot !== null) {
    const { index, term: snapshotTerm, configuration } = write.snapshot.point;
    disk.state = { index, term: snapshotTerm, applied: textsOf(write.snapshot) };
    disk.start = { index, term: snapshotTerm };
    disk.entries = [];
    disk.configuration = configuration;
  }
  if (write.hardState !== null) disk.hardState = write.hardState;
  const first = write.entries[0];
  if (first === undefined) return;
  disk.entries = disk.entries.filter(({ index }) => index < first.index);
  const next = disk.start.index + disk.entries.length + 1;
  if (first.index !== next)
    throw new Error(`persisted ${first.index}, the log ends before ${next}`);
  disk.entries.push(...write.entries);
}

/** The state machine of the tests, read from a snapshot. */
export function textsOf(snapshot: Snapshot): string[] {
  return snapshot.chunks.flat().map((row) => (row.kind === 'item' ? row.key : ''));
}
