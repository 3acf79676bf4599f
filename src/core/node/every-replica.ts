// The level `all`: after the quorum's commit, waits until every voter of the group has applied the
// index (a learner that catches up is no copy yet). A write that waits here IS committed, and every
// refusal from here that ends it says so; one that only sends it elsewhere leaves the end open. A read
// has no effect.

import type { LogIndex, NodeId } from '../model/ids.ts';
import type { Result } from '../model/operation.ts';
import type { Version } from '../model/version.ts';
import type { Call, Calls } from './call.ts';
import type { Liveness } from './liveness.ts';
import { reachOf } from './reach.ts';
import { letGo, refuse } from './refusals.ts';
import type { Replica } from './replica.ts';

interface Waiting {
  readonly call: Call;
  readonly replica: Replica;
  readonly index: LogIndex;
  /** The committed version of a write; null for a read. */
  readonly written: Version | null;
  /** Made when all replicas have it, from state at least as new as `index`. */
  readonly result: (acks: readonly NodeId[]) => Result;
}

export class EveryReplica {
  readonly #calls: Calls;
  readonly #liveness: Liveness;
  readonly #waiting = new Map<Replica, Waiting[]>();

  constructor(options: { calls: Calls; liveness: Liveness }) {
    this.#calls = options.calls;
    this.#liveness = options.liveness;
  }

  /** The call's index is committed and applied here, and this node leads the group. */
  wait(waiting: Waiting): void {
    waiting.call.onDeadline = () => this.#giveUp(waiting, this.#missing(waiting));
    const list = this.#waiting.get(waiting.replica);
    if (list) list.push(waiting);
    else this.#waiting.set(waiting.replica, [waiting]);
    waiting.replica.raft.broadcastCommit();
    this.check(waiting.replica);
  }

  /**
   * Something about the group's replicas may have changed: an acknowledgement, a connection, a
   * role.
   */
  check(replica: Replica): void {
    const list = this.#waiting.get(replica);
    if (!list) return;
    const left = list.filter((waiting) => !waiting.call.answered && !this.#settle(waiting));
    if (left.length > 0) this.#waiting.set(replica, left);
    else this.#waiting.delete(replica);
  }

  checkAll(): void {
    for (const replica of [...this.#waiting.keys()]) this.check(replica);
  }

  /**
   * Asked again of whoever leads now, a write is not executed again, and waits on there; so it is
   * called unknown here, for it has not failed.
   */
  onLetGo(replica: Replica): void {
    const reach = reachOf(replica, this.#liveness);
    for (const { call, written } of this.#waiting.get(replica) ?? [])
      this.#calls.answer(call, letGo(replica, reach, written === null ? 'none' : 'unknown'));
    this.#waiting.delete(replica);
  }

  #settle(waiting: Waiting): boolean {
    const missing = this.#missing(waiting);
    if (missing.length === 0) {
      this.#calls.answer(waiting.call, waiting.result(waiting.replica.voters));
      return true;
    }
    // Waiting for a replica that is down would only use up the deadline.
    const down = missing.filter((node) => !this.#liveness.reachable(node));
    if (down.length > 0) this.#giveUp(waiting, down);
    return down.length > 0;
  }

  /**
   * A write was applied or was not; for a read the proof must be of now, so a dead replica has
   * none.
   */
  #missing({ replica, index, written }: Waiting): readonly NodeId[] {
    if (!replica.raft.isLeader) return replica.voters;
    const applied = new Map(replica.raft.progressOf().map((p) => [p.node, p.appliedIndex]));
    return replica.voters.filter((node) => {
      if (node === this.#liveness.self) return false;
      const behind = (applied.get(node) ?? 0) < index;
      return behind || (written === null && !this.#liveness.reachable(node));
    });
  }

  #giveUp({ call, replica, written }: Waiting, missing: readonly NodeId[]): void {
    const names = missing.join(', ');
    const message =
      written === null
        ? `read at all needs every replica; missing: ${names}`
        : `committed at quorum, not at all; not applied on: ${names}`;
    const result = refuse({
      reason: written === null ? 'unavailable' : 'not-at-all',
      effect: written === null ? 'none' : 'committed',
      message,
      reach: reachOf(replica, this.#liveness),
      missing,
      version: written,
    });
    this.#calls.answer(call, result);
  }
}
