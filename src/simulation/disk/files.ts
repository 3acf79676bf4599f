// The bytes on a pretended disk: blocks of the log, and rows of the state, each under a checksum,
// so that torn writes and flipped bits are found in the way of the real storage. Everything here
// survives a crash.

import { compareIds, type GroupId } from '../../core/model/ids.ts';
import { checksum } from '../../wire/checksum.ts';

/** One change of the state, encoded. `name` is null for the group's applied point. */
export type RowChange =
  | {
      readonly kind: 'put';
      readonly group: GroupId;
      readonly name: string | null;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'remove'; readonly group: GroupId; readonly name: string }
  | { readonly kind: 'clear'; readonly group: GroupId }
  /** Nothing of the group stays but these bytes. */
  | { readonly kind: 'drop'; readonly group: GroupId; readonly bytes: Uint8Array };

export interface GroupFile {
  point: Uint8Array | null;
  /** The last drop; null: there was none. */
  drop: Uint8Array | null;
  readonly rows: Map<string, Uint8Array>;
}

/** Checksum and length come before the content. */
const sealBytes = 8;

export class PretendedFiles {
  #blocks: Uint8Array[] = [];
  readonly #groups = new Map<GroupId, GroupFile>();

  get blocks(): readonly Uint8Array[] {
    return this.#blocks;
  }

  get logBytes(): number {
    return this.#blocks.reduce((bytes, { length }) => bytes + length, 0);
  }

  /** Sorted by group. */
  get groups(): readonly (readonly [GroupId, GroupFile])[] {
    return [...this.#groups].sort(([a], [b]) => a - b);
  }

  append(block: Uint8Array): void {
    this.#blocks.push(block);
  }

  /** Only the first `length` bytes arrived. */
  appendTorn(block: Uint8Array, length: number): void {
    this.#blocks.push(block.slice(0, length));
  }

  /** Cuts the last block off. */
  cut(): void {
    this.#blocks.pop();
  }

  /** Puts one block in the place of the oldest `count`. */
  replaceOldest(count: number, head: Uint8Array): void {
    this.#blocks = [head, ...this.#blocks.slice(count)];
  }

  change(changes: readonly RowChange[]): void {
    for (const change of changes) {
      const file = this.#group(change.group);
      if (change.kind === 'drop') dropRows(file, change.bytes);
      else if (change.kind === 'clear') file.rows.clear();
      else if (change.kind === 'remove') file.rows.delete(change.name);
      else if (change.name === null) file.point = change.bytes;
      else file.rows.set(change.name, change.bytes);
    }
  }

  /** Flips one bit of a block of the log, both counted from 0 and taken modulo what is there. */
  flipLogBit(block: number, bit: number): void {
    const { length } = this.#blocks;
    if (length > 0) this.#blocks[block % length] = flipped(this.#blocks[block % length], bit);
  }

  /** The same, but never of the newest block, where a torn write could not be told from damage. */
  flipSyncedLogBit({ block, bit }: { readonly block: number; readonly bit: number }): boolean {
    const settled = this.#blocks.length - 1;
    if (settled < 1) return false;
    this.flipLogBit(block % settled, bit);
    return true;
  }

  /** Flips one bit of a row of any group; false when there is none. */
  flipAnyRowBit({ block, bit }: { readonly block: number; readonly bit: number }): boolean {
    const rows = this.groups.flatMap(([group, file]) =>
      [...file.rows.keys()].sort(compareIds).map((name) => ({ group, name })),
    );
    const row = rows[block % Math.max(1, rows.length)];
    if (row === undefined) return false;
    this.flipRowBit(row.group, row.name, bit);
    return true;
  }

  /** Flips one bit of a row of the group. */
  flipRowBit(group: GroupId, name: string, bit: number): void {
    const { rows } = this.#group(group);
    rows.set(name, flipped(rows.get(name), bit));
  }

  #group(group: GroupId): GroupFile {
    let file = this.#groups.get(group);
    if (file === undefined) {
      file = { point: null, drop: null, rows: new Map() };
      this.#groups.set(group, file);
    }
    return file;
  }
}

function dropRows(file: GroupFile, drop: Uint8Array): void {
  file.rows.clear();
  file.point = null;
  file.drop = drop;
}

function flipped(bytes: Uint8Array = new Uint8Array(), bit: number): Uint8Array {
  const copy = bytes.slice();
  if (copy.length === 0) return copy;
  const at = Math.floor(bit / 8) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}

export function seal(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(sealBytes + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, checksum(content));
  view.setUint32(4, content.length);
  bytes.set(content, sealBytes);
  return bytes;
}

/** null: not as it was written. */
export function unseal(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length < sealBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const content = bytes.subarray(sealBytes);
  if (view.getUint32(4) !== content.length) return null;
  return view.getUint32(0) === checksum(content) ? content : null;
}

/** Several byte strings as one. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

export function splitParts(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + view.getUint32(at);
    parts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return parts;
}
