// A 64-bit fingerprint of one row: two lanes of 32 bits in the manner of murmur3. Field by field in
// a fixed order, vectors by origin, so that equal rows have equal fingerprints however they came
// about. It finds replicas that differ by accident; it is no defence against somebody who wants
// them to.

import { counterOf, sortedOrigins } from '../clocks/vector.ts';
import type {
  ConflictRow,
  ItemRow,
  MachineRow,
  SessionResult,
  SessionRow,
} from '../model/state.ts';
import type { Dot, Timestamp, Version } from '../model/version.ts';
import type { DataRow } from './sizes.ts';

const absent = 0x9e3779b9;

export class RowHash {
  #low = 0;
  #high = 0;

  /** Of one row, as [low, high]. */
  of(row: DataRow): readonly [number, number] {
    this.#low = 0x243f6a88;
    this.#high = 0x85a308d3;
    this.#text(row.kind);
    this.#row(row);
    const low = avalanche(this.#low ^ this.#high);
    return [low, avalanche(this.#high + Math.imul(low, 0x27d4eb2f))];
  }

  #row(row: DataRow): void {
    switch (row.kind) {
      case 'item':
        this.#item(row);
        break;
      case 'session':
        this.#session(row);
        break;
      case 'conflict':
        this.#conflict(row);
        break;
      case 'machine':
        this.#machine(row);
        break;
    }
  }

  #item(row: ItemRow): void {
    this.#text(row.key);
    this.#bytes(row.value);
    this.#version(row.version);
    this.#dot(row.dot);
  }

  #session(row: SessionRow): void {
    this.#text(row.clientId);
    this.#number(row.order);
    this.#timestamp(row.lastUsed);
    this.#timestamp(row.lastIssued);
    this.#timestamp(row.horizon);
    this.#number(row.answeredBelow);
    this.#number(row.results.length);
    for (const { seq, result } of row.results) {
      this.#number(seq);
      this.#result(result);
    }
  }

  #result(result: SessionResult): void {
    this.#text(result.kind === 'written' ? result.kind : result.reason);
    this.#version(result.version);
    const number = result.kind === 'written' ? result.number : null;
    if (number === null) this.#word(absent);
    else this.#number(number);
  }

  #conflict(row: ConflictRow): void {
    this.#number(row.number);
    this.#text(row.key);
    this.#bytes(row.loser.value);
    this.#dot(row.loser.dot);
    this.#timestamp(row.loser.hlc);
    this.#dot(row.winner.dot);
    this.#timestamp(row.winner.hlc);
    this.#number(row.index);
  }

  #machine(row: MachineRow): void {
    this.#timestamp(row.hlc);
    this.#timestamp(row.expiredBefore);
    this.#number(row.nextOrder);
    this.#number(row.nextConflict);
    this.#number(row.merged.length);
    for (const { origin, upTo, above } of row.merged) {
      this.#text(origin);
      this.#number(upTo);
      this.#number(above.length);
      for (const counter of above) this.#number(counter);
    }
    this.#number(row.watermarks.length);
    for (const { node, incarnation, index } of row.watermarks) {
      this.#text(node);
      this.#number(incarnation);
      this.#number(index);
    }
    // Nothing for nobody: builds that do not know the field (a rolling upgrade) agree with this one.
    for (const node of row.departed) this.#text(node);
  }

  #version(version: Version | null): void {
    if (version === null) {
      this.#word(absent);
      return;
    }
    this.#number(version.index);
    this.#number(version.term);
    this.#timestamp(version.hlc);
    const origins = sortedOrigins(version.vector);
    this.#number(origins.length);
    for (const origin of origins) {
      this.#text(origin);
      this.#number(counterOf(version.vector, origin));
    }
  }

  #dot(dot: Dot | null): void {
    this.#text(dot?.origin ?? '');
    this.#number(dot?.counter ?? 0);
  }

  #timestamp({ wallMs, logical }: Timestamp): void {
    this.#number(wallMs);
    this.#number(logical);
  }

  #bytes(bytes: Uint8Array | null): void {
    if (bytes === null) {
      this.#word(absent);
      return;
    }
    this.#number(bytes.length);
    for (let at = 0; at < bytes.length; at += 4) {
      const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
      const high = (bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8);
      this.#word(low | (high << 16));
    }
  }

  #text(text: string): void {
    this.#number(text.length);
    for (let at = 0; at < text.length; at++) this.#word(text.charCodeAt(at));
  }

  /** A safe integer: both halves, the sign in the upper one. */
  #number(number: number): void {
    this.#word(number | 0);
    this.#word(Math.floor(number / 4294967296) | 0);
  }

  #word(word: number): void {
    const mixed = Math.imul(word, 0xcc9e2d51);
    this.#low = Math.imul(rotateLeft(this.#low ^ mixed, 13), 5) + 0x6b64e654;
    this.#high = Math.imul(rotateLeft(this.#high + word, 17), 0x1b873593) ^ this.#low;
  }
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function avalanche(word: number): number {
  const a = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
}
