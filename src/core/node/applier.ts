// Obeys one raft output in the order of the contract: remember what must become durable, say what
// may be said, apply what is committed, and settle the calls that waited for it.

import type { HybridClock } from '../clocks/hlc.ts';
import type { ApplyResult } from '../data/partition.ts';
import { assert } from '../model/assert.ts';
import type { Entry } from '../model/entry.ts';
import type { Snapshot } from '../model/state.ts';
import type { RaftOutput } from '../raft/contract.ts';
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
}

export class Applier {
  readonly #options: ApplierOptions;

  constructor(options: ApplierOptions) {
    this.#options = options;
  }

  obey(replica: Replica, output: RaftOutput): void {
    const { durability, outbox, reads } = this.#options;
    if (output.persist) {
      if (output.persist.snapshot) this.#install(replica, output.persist.snapshot);
      durability.addRaft(replica, output.persist);
    }
    const { group } = replica;
    for (const { to, message } of output.messages)
      outbox.send(to, { kind: 'group', group, message });
    if (output.committed.length > 0) this.#applyAll(replica, output.committed);
    reads.onOutput(replica, output);
  }

  #install(replica: Replica, snapshot: Snapshot): void {
    const { durability, outbox, writes, tentative } = this.#options;
    replica.install(snapshot, durability.openNumber);
    writes.onInstalled(replica);
    tentative.settle(replica);
    const { index, term } = snapshot.point;
    outbox.event('snapshot-installed', replica.group, { index, term });
  }

  #applyAll(replica: Replica, entries: readonly Entry[]): void {
    const { writes, reads, tentative, clock, saver } = this.#options;
    let merged = false;
    for (const entry of entries) {
      const result = applyOne(replica, entry);
      replica.advance(entry);
      merged ||= result?.kind === 'merged';
      writes.onApplied(replica, entry, result);
    }
    replica.raft.onApplied(replica.appliedIndex);
    saver.onApplied(entries.length);
    if (replica.machine.kind === 'data') clock.raise(replica.machine.partition.hlc);
    if (merged) tentative.settle(replica);
    reads.onApplied(replica);
  }
}

/** The result of a partition's command; null for everything else. */
function applyOne(replica: Replica, { index, term, payload }: Entry): ApplyResult | null {
  if (payload.kind !== 'command') return null;
  const { command } = payload;
  const { machine } = replica;
  if (command.kind === 'member-started') {
    assert(machine.kind === 'control', 'member commands are in the control group only');
    machine.control.apply(command);
    return null;
  }
  assert(machine.kind === 'data', () => `${command.kind} in the control group`);
  return machine.partition.apply({ index, term }, command);
}
