// Obeys one raft output in the order of the contract: remember what must become durable, say what
// may be said, apply what is committed, and settle the calls that waited for it.

import type { HybridClock } from '../clocks/hlc.ts';
import type { Control } from '../control/control.ts';
import type { ControlResult } from '../control/outcome.ts';
import type { ApplyResult, Partition } from '../data/partition.ts';
import { assert } from '../model/assert.ts';
import type { Command, DataCommand } from '../model/command.ts';
import type { ControlRow } from '../model/control-row.ts';
import type { Entry } from '../model/entry.ts';
import type { LogIndex } from '../model/ids.ts';
import type { Snapshot } from '../model/state.ts';
import type { RaftOutput } from '../raft/contract.ts';
import type { Administration } from './administration.ts';
import type { Durability } from './durability.ts';
import type { EveryReplica } from './every-replica.ts';
import type { Outbox } from './outbox.ts';
import type { Reads } from './reads.ts';
import type { Replica } from './replica.ts';
import type { StateSaver } from './state-saver.ts';
import type { Tentative } from './tentative.ts';
import type { Writes } from './writes.ts';

export interface ApplierOptions {
  readonly clock: HybridClock;
  readonly durability: Durability;
  readonly outbox: Outbox;
  readonly writes: Writes;
  readonly reads: Reads;
  readonly tentative: Tentative;
  readonly everyReplica: EveryReplica;
  readonly saver: StateSaver;
  readonly administration: Administration;
  /** Reads were confirmed or lost. */
  readonly onReads: (replica: Replica, output: RaftOutput) => void;
  /** The control group's row may be another one now. */
  readonly onRow: (row: ControlRow, index: LogIndex) => void;
}

export class Applier {
  readonly #options: ApplierOptions;

  constructor(options: ApplierOptions) {
    this.#options = options;
  }

  obey(replica: Replica, output: RaftOutput): void {
    const { durability, outbox, reads, onReads } = this.#options;
    if (output.persist) {
      if (output.persist.snapshot) this.#install(replica, output.persist.snapshot);
      durability.addRaft(replica, output.persist);
    }
    const { group } = replica;
    for (const { to, message } of output.messages)
      outbox.send(to, { kind: 'group', group, message });
    if (output.committed.length > 0) this.#applyAll(replica, output.committed);
    reads.onOutput(replica, output);
    if (output.reads.length + output.lostReads.length > 0) onReads(replica, output);
  }

  /** The group has let go of this node: nobody who waits here would ever hear the end. */
  letGo(replica: Replica): void {
    const { writes, everyReplica, administration } = this.#options;
    writes.onLetGo(replica);
    everyReplica.onLetGo(replica);
    if (replica.machine.kind === 'control') administration.onLetGo(replica);
  }

  #install(replica: Replica, snapshot: Snapshot): void {
    const { durability, outbox, writes, tentative } = this.#options;
    replica.install(snapshot, durability.openNumber);
    writes.onInstalled(replica);
    tentative.settle(replica);
    if (replica.machine.kind === 'control') this.#onControlInstalled(replica, replica.machine);
    const { index, term } = snapshot.point;
    outbox.event('snapshot-installed', replica.group, { index, term });
  }

  #onControlInstalled(replica: Replica, { control }: { readonly control: Control }): void {
    this.#options.administration.onInstalled(replica);
    this.#options.onRow(control.row, replica.appliedIndex);
  }

  #applyControl(
    replica: Replica,
    { control }: { readonly control: Control },
    entries: readonly Entry[],
  ): void {
    const { administration, saver, reads, onRow } = this.#options;
    const before = control.row;
    for (const entry of entries) {
      const result = applyToControl(control, entry);
      replica.advance(entry);
      administration.onApplied(replica, entry, result);
    }
    replica.raft.onApplied(replica.appliedIndex);
    saver.onApplied(entries.length);
    reads.onApplied(replica);
    if (control.row !== before) onRow(control.row, replica.appliedIndex);
  }

  #applyAll(replica: Replica, entries: readonly Entry[]): void {
    const { writes, reads, tentative, clock, saver } = this.#options;
    if (replica.machine.kind === 'control') {
      this.#applyControl(replica, replica.machine, entries);
      return;
    }
    const { partition } = replica.machine;
    let merged = false;
    for (const entry of entries) {
      const result = applyToData(partition, entry);
      replica.advance(entry);
      merged ||= result?.kind === 'merged';
      writes.onApplied(replica, entry, result);
    }
    replica.raft.onApplied(replica.appliedIndex);
    saver.onApplied(entries.length);
    clock.raise(partition.hlc);
    if (merged) tentative.settle(replica);
    reads.onApplied(replica);
  }
}

/** null: the entry is no command. */
function applyToData(partition: Partition, { index, term, payload }: Entry): ApplyResult | null {
  if (payload.kind !== 'command') return null;
  const { command } = payload;
  assert(isDataCommand(command), () => `${command.kind} in a partition`);
  return partition.apply({ index, term }, command);
}

/** null: the entry is no command. */
function applyToControl(control: Control, { payload }: Entry): ControlResult | null {
  if (payload.kind !== 'command') return null;
  const { command } = payload;
  assert(!isDataCommand(command), () => `${command.kind} in the control group`);
  return control.apply(command);
}

function isDataCommand(command: Command): command is DataCommand {
  switch (command.kind) {
    case 'write':
    case 'merge':
    case 'watermark':
    case 'owner-released':
      return true;
    default:
      return false;
  }
}
