// The front door: looks at a request, finds the replica that it concerns, and hands it to the level
// that it asked for. Nothing is done here but deciding.

import { assert } from '../model/assert.ts';
import type { GroupId } from '../model/ids.ts';
import { groupId } from '../model/ids.ts';
import { type Bounds, limits } from '../model/limits.ts';
import type {
  AdminOperation,
  Operation,
  ReadOperation,
  Request,
  WriteOperation,
} from '../model/operation.ts';
import { utf8Length } from '../model/utf8.ts';
import type { Hash } from '../placement/ring.ts';
import type { Administration } from './administration.ts';
import type { Asker, Call, Calls } from './call.ts';
import { HeldElsewhere, HeldHere } from './destination.ts';
import type { Forwards } from './forwards.ts';
import type { Liveness } from './liveness.ts';
import { nameOf, nameOfGroup, reachOf } from './reach.ts';
import type { ReadOut } from './read-out.ts';
import type { Reads } from './reads.ts';
import { nowhere, refuse } from './refusals.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import type { Tentative } from './tentative.ts';
import type { Writes } from './writes.ts';

export interface RequestsOptions {
  readonly hash: Hash;
  readonly partitions: number;
  readonly replicas: Replicas;
  readonly calls: Calls;
  readonly liveness: Liveness;
  readonly writes: Writes;
  readonly reads: Reads;
  readonly tentative: Tentative;
  readonly forwards: Forwards;
  readonly readOut: ReadOut;
  readonly administration: Administration;
  readonly bounds: Pick<Bounds, 'pendingRequestsMax'>;
}

export class Requests {
  readonly #options: RequestsOptions;
  /** True: leaderships are being handed over; new work is refused with certainly no effect. */
  draining = false;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  /** Returns the replica that now has something to do, if any. */
  onRequest(asker: Asker, request: Request): Replica | null {
    const { calls, readOut } = this.#options;
    const call = calls.start(asker, request);
    const { operation } = request;
    switch (operation.kind) {
      case 'status':
      case 'topology':
      case 'hashes':
      case 'control':
        calls.answer(call, readOut.answer(operation));
        return null;
      default:
        return this.#routeAny(call, operation);
    }
  }

  /** Executes a call that waited for a leader, now that this node leads; returns as onRequest. */
  execute(call: Call): Replica | null {
    const { operation } = call.request;
    switch (operation.kind) {
      case 'status':
      case 'topology':
      case 'hashes':
      case 'control':
        return null;
      default:
        return this.#routeAny(call, operation);
    }
  }

  #routeAny(call: Call, operation: WriteOperation | ReadOperation | AdminOperation) {
    switch (operation.kind) {
      case 'join':
      case 'leave':
      case 'configure':
        return this.#administer(call, operation);
      default:
        return this.#route(call, operation);
    }
  }

  #whyNotNow(): { readonly reason: 'stopping' | 'overloaded'; readonly message: string } | null {
    if (this.draining) return { reason: 'stopping', message: 'this node is stopping' };
    const { calls, bounds } = this.#options;
    if (calls.open <= bounds.pendingRequestsMax) return null;
    return { reason: 'overloaded', message: `${calls.open} requests wait for this node` };
  }

  #administer(call: Call, operation: AdminOperation): Replica | null {
    const { control } = this.#options.replicas;
    const busy = this.#whyNotNow();
    if (busy !== null) return this.#refuse(call, busy.reason, busy.message);
    if (control?.machine.kind !== 'control') {
      return this.#refuse(call, 'not-leader', 'the control group is not held here');
    }
    if (control.raft.isLeader) {
      const { control: machine } = control.machine;
      this.#options.administration.propose(call, operation, { replica: control, machine });
    } else if (call.request.forward)
      this.#options.forwards.pass(call, new HeldHere(control, this.#options.replicas));
    else this.#redirect(call, control);
    return control;
  }

  #route(call: Call, operation: WriteOperation | ReadOperation): Replica | null {
    const wrong = this.#faultOf(call.request, operation);
    if (wrong !== null) return this.#refuse(call, 'invalid', wrong);
    const busy = this.#whyNotNow();
    if (busy !== null) return this.#refuse(call, busy.reason, busy.message);
    const group = this.#groupOf(operation);
    const replica = this.#options.replicas.get(group);
    if (!replica || replica.isLetGo) return this.#passOn(call, group);
    if (call.request.consistency === 'one') {
      // Who is catching up has old state, and none at all at first.
      if (!replica.isCopy(this.#options.liveness.self)) return this.#passOn(call, group);
      this.#atOne(call, replica, operation);
    } else if (replica.raft.isLeader) this.#atLeader(call, replica, operation);
    else if (call.request.forward)
      this.#options.forwards.pass(call, new HeldHere(replica, this.#options.replicas));
    else this.#redirect(call, replica);
    return replica;
  }

  /** There is no replica here: at `one` that is final, else whoever holds it is asked or named. */
  #passOn(call: Call, group: GroupId): null {
    const { replicas, forwards, liveness, calls } = this.#options;
    const elsewhere = new HeldElsewhere(group, replicas);
    if (call.request.forward && call.request.consistency !== 'one') {
      forwards.pass(call, elsewhere);
      return null;
    }
    const reach = elsewhere.reach(liveness);
    const message = `no copy of ${nameOfGroup(group)} is here, but on ${reach.replicas.join(', ')}`;
    calls.answer(call, refuse({ reason: 'not-leader', effect: 'none', message, reach }));
    return null;
  }

  #atLeader(call: Call, replica: Replica, operation: WriteOperation | ReadOperation): void {
    const { writes, reads } = this.#options;
    const { session } = call.request;
    if (replica.machine.kind !== 'data') return;
    const { partition } = replica.machine;
    if (isRead(operation)) reads.ask({ call, replica, partition, operation });
    else if (session) writes.propose({ call, replica, operation, session });
  }

  #atOne(call: Call, replica: Replica, operation: WriteOperation | ReadOperation): void {
    const { calls, tentative, liveness } = this.#options;
    const { session } = call.request;
    if (replica.machine.kind !== 'data') return;
    const { partition, journal } = replica.machine;
    if (!isRead(operation)) {
      if (session) tentative.accept({ call, replica, partition, journal, operation, session });
      return;
    }
    assert(operation.kind !== 'scan', 'a scan at one is refused before');
    const item = journal.read(operation.key, partition);
    const via = liveness.self;
    const [value, version] = [item?.value ?? null, item?.version ?? null];
    calls.answer(call, { kind: 'read', value, version, via });
  }

  #redirect(call: Call, replica: Replica): void {
    const reach = reachOf(replica, this.#options.liveness);
    const message = `${nameOf(replica)} is led by ${reach.leader ?? 'nobody known'}`;
    const refusal = refuse({ reason: 'not-leader', effect: 'none', message, reach });
    this.#options.calls.answer(call, refusal);
  }

  #refuse(
    call: Call,
    reason: 'invalid' | 'stopping' | 'not-leader' | 'overloaded',
    message: string,
  ): null {
    this.#options.calls.answer(call, refuse({ reason, effect: 'none', message, reach: nowhere }));
    return null;
  }

  #groupOf(operation: WriteOperation | ReadOperation): GroupId {
    if (operation.kind === 'scan') return operation.group;
    return groupId(1 + (this.#options.hash(operation.key) % this.#options.partitions));
  }

  /** What is wrong with the request itself, or null. */
  #faultOf(request: Request, operation: WriteOperation | ReadOperation): string | null {
    if (!isRead(operation) && request.session === null) return 'a write needs a session';
    if (operation.kind === 'scan') return this.#scanFaultOf(request, operation);
    const keyBytes = utf8Length(operation.key);
    if (keyBytes === 0) return 'the key is empty';
    if (keyBytes > limits.keyBytesMax) {
      return `the key has ${keyBytes} bytes; at most ${limits.keyBytesMax} are allowed`;
    }
    if (operation.kind === 'put' && operation.value.length > limits.valueBytesMax) {
      return `the value has ${operation.value.length} bytes; at most ${limits.valueBytesMax}`;
    }
    return null;
  }

  #scanFaultOf(request: Request, scan: Extract<Operation, { kind: 'scan' }>): string | null {
    if (request.consistency === 'one') return 'a scan reads at quorum or all';
    if (scan.group < 1 || scan.group > this.#options.partitions) {
      return `partition ${scan.group} does not exist; there are ${this.#options.partitions}`;
    }
    return null;
  }
}

function isRead(operation: WriteOperation | ReadOperation): operation is ReadOperation {
  return operation.kind === 'get' || operation.kind === 'scan';
}
