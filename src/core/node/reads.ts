// The levels `quorum` and `all` of a read: ReadIndex (thesis, section 6.4). The leader proves by
// one round of heartbeats that it still leads, and answers from state that has applied the index it
// had when it was asked.

import type { Partition } from '../data/partition.ts';
import type { LogIndex } from '../model/ids.ts';
import type { ReadOperation, Result } from '../model/operation.ts';
import type { RaftOutput } from '../raft/contract.ts';
import type { Call, Calls } from './call.ts';
import type { EveryReplica } from './every-replica.ts';
import type { Liveness } from './liveness.ts';
import { describeReach, hasQuorum, nameOf, reachOf } from './reach.ts';
import { refuse } from './refusals.ts';
import type { Replica } from './replica.ts';

export interface ReadRequest {
  readonly call: Call;
  readonly replica: Replica;
  readonly partition: Partition;
  readonly operation: ReadOperation;
}

interface Confirmed {
  readonly read: ReadRequest;
  readonly index: LogIndex;
}

export class Reads {
  readonly #calls: Calls;
  readonly #liveness: Liveness;
  readonly #everyReplica: EveryReplica;
  readonly #asked = new WeakMap<Replica, Map<number, ReadRequest>>();
  readonly #confirmed = new WeakMap<Replica, Confirmed[]>();

  constructor(options: { calls: Calls; liveness: Liveness; everyReplica: EveryReplica }) {
    this.#calls = options.calls;
    this.#liveness = options.liveness;
    this.#everyReplica = options.everyReplica;
  }

  /** This node leads the group: ask for a confirmation round, or refuse. */
  ask(read: ReadRequest): void {
    const { call, replica } = read;
    if (!hasQuorum(replica, this.#liveness)) {
      this.#refuseUnavailable(read);
      return;
    }
    const result = replica.raft.readIndex();
    if (result.kind !== 'waiting') {
      this.#refuse(read, result.kind);
      return;
    }
    call.onDeadline = () => this.#timeOut(read);
    let asked = this.#asked.get(replica);
    if (!asked) {
      asked = new Map();
      this.#asked.set(replica, asked);
    }
    asked.set(result.ticket, read);
  }

  onOutput(replica: Replica, output: RaftOutput): void {
    if (output.reads.length + output.lostReads.length === 0) return;
    const asked = this.#asked.get(replica);
    for (const { ticket, index } of output.reads) {
      const read = asked?.get(ticket);
      asked?.delete(ticket);
      if (read) this.#confirm({ read, index });
    }
    for (const ticket of output.lostReads) {
      const read = asked?.get(ticket);
      asked?.delete(ticket);
      if (read) this.#refuse(read, 'not-leader');
    }
  }

  /** The replica has applied more: answer the confirmed reads that waited for it. */
  onApplied(replica: Replica): void {
    const waiting = this.#confirmed.get(replica);
    if (!waiting) return;
    this.#confirmed.delete(replica);
    for (const confirmed of waiting) this.#confirm(confirmed);
  }

  #confirm(confirmed: Confirmed): void {
    const { read, index } = confirmed;
    const { call, replica } = read;
    if (replica.appliedIndex < index) {
      const waiting = this.#confirmed.get(replica);
      if (waiting) waiting.push(confirmed);
      else this.#confirmed.set(replica, [confirmed]);
    } else if (call.request.consistency === 'all') {
      const result = () => this.#read(read);
      this.#everyReplica.wait({ call, replica, index, written: null, result });
    } else this.#calls.answer(call, this.#read(read));
  }

  #read({ partition, operation }: ReadRequest): Result {
    if (operation.kind === 'scan') return { kind: 'scanned', ...partition.scan(operation) };
    const item = partition.read(operation.key);
    const { self } = this.#liveness;
    return { kind: 'read', value: item?.value ?? null, version: item?.version ?? null, via: self };
  }

  #refuseUnavailable({ call, replica }: ReadRequest): void {
    const reach = reachOf(replica, this.#liveness);
    const message = describeReach(replica, reach);
    this.#calls.answer(call, refuse({ reason: 'unavailable', effect: 'none', message, reach }));
  }

  #refuse({ call, replica }: ReadRequest, reason: 'not-leader' | 'overloaded'): void {
    const message =
      reason === 'overloaded'
        ? `${nameOf(replica)} has too many reads waiting`
        : `${nameOf(replica)} is led elsewhere`;
    const reach = reachOf(replica, this.#liveness);
    this.#calls.answer(call, refuse({ reason, effect: 'none', message, reach }));
  }

  #timeOut({ call, replica }: ReadRequest): void {
    const reach = reachOf(replica, this.#liveness);
    const message = `leadership was not confirmed in time: ${describeReach(replica, reach)}`;
    this.#calls.answer(call, refuse({ reason: 'timeout', effect: 'none', message, reach }));
  }
}
