// A log for one partition, written by hand: every call appends the next entry and applies it at
// once.

import { type ApplyResult, Partition } from '../../../src/core/data/partition.ts';
import { lastWriteWins } from '../../../src/core/data/resolver.ts';
import type { DataCommand, TentativeWrite } from '../../../src/core/model/command.ts';
import {
  clientId,
  groupId,
  incarnation,
  logIndex,
  nodeId,
  type Origin,
  term,
} from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import type { SessionRef, WriteOperation } from '../../../src/core/model/operation.ts';
import type { StateRow } from '../../../src/core/model/state.ts';
import type { Timestamp, VersionVector } from '../../../src/core/model/version.ts';

export type Bounds = { -readonly [Name in keyof typeof limits]: number };

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: Uint8Array | null | undefined): string | null =>
  value === null || value === undefined ? null : new TextDecoder().decode(value);
export const at = (wallMs: number, logical = 0): Timestamp => ({ wallMs, logical });
export const vector = (pairs: Record<string, number>): VersionVector => pairs as VersionVector;
export const origin = (name: string): Origin => name as Origin;

export const newPartition = (bounds: Partial<Bounds> = {}): Partition =>
  new Partition({ group: groupId(1), resolver: lastWriteWins, bounds: { ...limits, ...bounds } });

export const restored = (rows: Iterable<StateRow>, bounds: Partial<Bounds> = {}): Partition => {
  const partition = newPartition(bounds);
  partition.restore(rows);
  return partition;
};

export const session = (name: string, seq: number, more: Partial<SessionRef> = {}): SessionRef => ({
  clientId: clientId(name),
  seq,
  firstUnanswered: 1,
  issuedAt: at(1000),
  ...more,
});

interface Conditions {
  readonly ifVersion?: number;
  readonly context?: VersionVector;
}

const conditions = ({ ifVersion, context }: Conditions) => ({
  ifVersion: ifVersion === undefined ? null : logIndex(ifVersion),
  context: context ?? null,
});

export const put = (key: string, value: string, more: Conditions = {}): WriteOperation => ({
  kind: 'put',
  key,
  value: bytes(value),
  ...conditions(more),
});
export const del = (key: string, more: Conditions = {}): WriteOperation => ({
  kind: 'delete',
  key,
  ...conditions(more),
});
export const increment = (key: string, delta = 1): WriteOperation => ({
  kind: 'increment',
  key,
  delta,
});

export const tentative = (options: {
  readonly from: string;
  readonly counter: number;
  readonly key?: string;
  readonly value: string | null;
  readonly context?: Record<string, number>;
  readonly hlc: Timestamp;
}): TentativeWrite => ({
  dot: { origin: origin(options.from), counter: options.counter },
  key: options.key ?? 'k',
  value: options.value === null ? null : bytes(options.value),
  context: vector(options.context ?? {}),
  hlc: options.hlc,
  appliedAt: logIndex(0),
});

export class Script {
  readonly partition: Partition;
  index: number;
  #seq = 0;

  constructor(partition: Partition = newPartition(), index = 0) {
    this.partition = partition;
    this.index = index;
  }

  apply(command: DataCommand): ApplyResult {
    this.index += 1;
    return this.partition.apply({ index: logIndex(this.index), term: term(1) }, command);
  }

  write(operation: WriteOperation, ref?: SessionRef, hlc: Timestamp = at(2000)): ApplyResult {
    this.#seq += 1;
    const own = session('script', this.#seq);
    return this.apply({ kind: 'write', operation, session: ref ?? own, hlc });
  }

  merge(write: TentativeWrite): string {
    const result = this.apply({ kind: 'merge', write });
    return result.kind === 'merged' ? result.outcome : result.kind;
  }

  watermark(node: string, index: number, inc = 1): number {
    const mark = { node: nodeId(node), incarnation: incarnation(inc), index: logIndex(index) };
    const result = this.apply({ kind: 'watermark', ...mark });
    return result.kind === 'watermark' ? result.purged : -1;
  }

  /** Returns how many tombstones that purged. */
  release(node: string): number {
    const result = this.apply({ kind: 'owner-released', node: nodeId(node) });
    return result.kind === 'owner-released' ? result.purged : -1;
  }

  value(key: string): string | null {
    return text(this.partition.read(key)?.value);
  }
}

/** The version that a write was acknowledged with. */
export function versionOf(result: ApplyResult) {
  if (result.kind !== 'written') throw new Error(`expected written, found ${result.kind}`);
  return result.version;
}

export const rowsOf = (partition: Partition): StateRow[] => partition.snapshotChunks().flat();
