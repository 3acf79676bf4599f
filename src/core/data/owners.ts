// Whose word a purge waits for: the replicas, and the nodes that were replicas and may still hold
// `one` writes of theirs (departed). Each says in the log up to where all its `one` writes are
// merged, its watermark.
//
//                 joins the configuration            leaves it
//     nobody ───────────────────────────► replica ────────────► departed ──► nobody
//                                            ▲                     │    owner-released
//                                            └─────────────────────┘
//                                             joins again: it has to speak again
//
// Deterministic because watermarks, releases and configurations all come from the log.

import type { WatermarkCommand } from '../model/command.ts';
import { compareIds, type LogIndex, logIndex, type NodeId } from '../model/ids.ts';
import type { MachineRow } from '../model/state.ts';

type Watermark = MachineRow['watermarks'][number];
type OwnerMarks = Pick<MachineRow, 'watermarks' | 'departed'>;

export class Owners {
  /** null: not told since the birth or the last restore. */
  #replicas: readonly NodeId[] | null = null;
  /** Invariant: none of them is a replica. */
  readonly #departed = new Set<NodeId>();
  /** Invariant: of replicas and departed nodes only, once the replicas are known. */
  readonly #watermarks = new Map<NodeId, Watermark>();

  /** Sorted. */
  get departed(): readonly NodeId[] {
    return [...this.#departed].sort(compareIds);
  }

  /** Up to where every owner has passed; 0 while one has not spoken, or no replica is known. */
  get passedByAll(): LogIndex {
    const replicas = this.#replicas ?? [];
    if (replicas.length === 0) return logIndex(0);
    const indexes = [...replicas, ...this.#departed].map((node) => this.passedBy(node));
    return logIndex(Math.min(...indexes));
  }

  /** 0: before everything. */
  passedBy(node: NodeId): LogIndex {
    return this.#watermarks.get(node)?.index ?? logIndex(0);
  }

  /**
   * The replicas from now on. Who was one before this call and is none any more has departed; the
   * first call after the birth or a restore only says what is so already, and nobody departs.
   * Returns whether anything that is stored changed.
   */
  setReplicas(nodes: readonly NodeId[]): boolean {
    const before = this.#replicas ?? nodes;
    this.#replicas = [...nodes];
    const left = before.filter((node) => !nodes.includes(node));
    for (const node of left) this.#departed.add(node);
    const back = nodes.filter((node) => this.#departed.delete(node));
    const forgotten = [...back, ...this.#strangers()].filter((node) =>
      this.#watermarks.delete(node),
    );
    return left.length + back.length + forgotten.length > 0;
  }

  /** Takes a departed node off the list; false when it is not on it. */
  release(node: NodeId): boolean {
    if (!this.#departed.delete(node)) return false;
    this.#watermarks.delete(node);
    return true;
  }

  /**
   * Takes an owner at its word; returns whether that says anything new. The word of a newer
   * incarnation counts even if it is lower: it knows what its journal holds.
   */
  record({ node, incarnation, index }: WatermarkCommand): boolean {
    const known = this.#watermarks.get(node);
    if (!this.#isOwner(node) || (known && !isNews(known, { incarnation, index }))) return false;
    this.#watermarks.set(node, { node, incarnation, index });
    return true;
  }

  toRows(): OwnerMarks {
    const watermarks = [...this.#watermarks.values()];
    return {
      watermarks: watermarks.sort((a, b) => compareIds(a.node, b.node)),
      departed: this.departed,
    };
  }

  /** The replicas are the configuration's, not the rows': they have to be told again. */
  restore({ watermarks, departed }: OwnerMarks): void {
    this.#replicas = null;
    this.#departed.clear();
    for (const node of departed) this.#departed.add(node);
    this.#watermarks.clear();
    for (const watermark of watermarks) this.#watermarks.set(watermark.node, watermark);
  }

  #isOwner(node: NodeId): boolean {
    return this.#departed.has(node) || (this.#replicas?.includes(node) ?? false);
  }

  /** Who has a watermark and is no owner. */
  #strangers(): readonly NodeId[] {
    return [...this.#watermarks.keys()].filter((node) => !this.#isOwner(node));
  }
}

function isNews(known: Watermark, said: Pick<Watermark, 'incarnation' | 'index'>): boolean {
  if (said.incarnation !== known.incarnation) return said.incarnation > known.incarnation;
  return said.index > known.index;
}
