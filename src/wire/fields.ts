// Readers of decoded fields: each takes whatever the codec found and returns a value that satisfies
// the rule in its name, or throws MalformedError. Ranges are checked here, once, so that core never
// has to.

import { features } from '../core/model/features.ts';
import {
  type GroupId,
  groupId,
  type Incarnation,
  incarnation,
  type LogIndex,
  logIndex,
  type NodeId,
  nodeId,
  type Term,
  term,
} from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import { utf8Length } from '../core/model/utf8.ts';
import { malformed } from './malformed.ts';

/** A positional list: what every message, record and row is on the wire. */
export type Fields = readonly unknown[];

/** More members than any cluster of dsys has. */
export const membersMax = 1024;
/** More partitions than any cluster of dsys has. */
export const groupsMax = 65_536;
/** More things than one frame can hold: bounds what is decoded, where nothing else does. */
export const listMax = 1 << 20;

/** Names are for people and for file names: short, and free of what separates them elsewhere. */
const nodeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const byteOrderMark = 0xfeff;

/** It travels in two bytes of every frame. */
export const featureLevelMax = 0xffff;

/** A list with `atLeast` fields; more are a newer sender's, and ignored. */
export function readFields(value: unknown, atLeast: number, what: string): Fields {
  if (!Array.isArray(value)) return malformed(what, 'a list', value);
  if (value.length < atLeast) return malformed(what, `${atLeast} fields`, value);
  return value;
}

/** A reader of lists of at most `atMost` things, each read by `read`. */
export function listReader<Item>(
  what: string,
  atMost: number,
  read: (value: unknown) => Item,
): (value: unknown) => Item[] {
  return (value) => {
    if (!Array.isArray(value)) return malformed(what, 'a list', value);
    if (value.length > atMost) return malformed(what, `at most ${atMost}`, value);
    const items: Item[] = new Array(value.length);
    for (let i = 0; i < value.length; i++) items[i] = read(value[i]);
    return items;
  };
}

/** A safe integer from 0. */
export function readCount(value: unknown, what: string): number {
  if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return value;
  return malformed(what, 'a whole number from 0', value);
}

/** A safe integer of either sign. */
export function readInteger(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  return malformed(what, 'a whole number', value);
}

export function readFlag(value: unknown, what: string): boolean {
  return typeof value === 'boolean' ? value : malformed(what, 'true or false', value);
}

/** Text of at most `bytesMax` in UTF-8. */
export function readText(value: unknown, bytesMax: number, what: string): string {
  const text = Buffer.isBuffer(value) ? value.toString('utf8') : value;
  if (typeof text !== 'string') return malformed(what, 'text', text);
  if (text.length * 3 > bytesMax && isLonger(text, bytesMax)) {
    return malformed(what, `at most ${bytesMax} bytes of UTF-8`, text);
  }
  return text;
}

/**
 * Text as a field. The codec would swallow a leading byte order mark, so such a text travels as
 * bytes: a key must come out as it went in.
 */
export function textField(text: string): string | Uint8Array {
  return text.charCodeAt(0) === byteOrderMark ? Buffer.from(text, 'utf8') : text;
}

/** A key: never empty. */
export function readKey(value: unknown): string {
  const key = readText(value, limits.keyBytesMax, 'key');
  return key.length === 0 ? malformed('key', 'at least one byte', key) : key;
}

export function readBytes(value: unknown, bytesMax: number, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) return malformed(what, 'bytes', value);
  return value.length <= bytesMax ? value : malformed(what, `at most ${bytesMax} bytes`, value);
}

/** A stored value. */
export function readValue(value: unknown): Uint8Array {
  return readBytes(value, limits.valueBytesMax, 'value');
}

export function readOptional<Value>(value: unknown, read: (value: unknown) => Value): Value | null {
  return value === null || value === undefined ? null : read(value);
}

export function isNodeName(text: string): boolean {
  return nodeName.test(text);
}

export function readNode(value: unknown): NodeId {
  if (typeof value === 'string' && isNodeName(value)) return nodeId(value);
  return malformed('node', 'a name of 1 to 64 letters, digits, . _ -', value);
}

export function readGroup(value: unknown): GroupId {
  return groupId(readCount(value, 'group'));
}

export function readIndex(value: unknown): LogIndex {
  return logIndex(readCount(value, 'index'));
}

export function readTerm(value: unknown): Term {
  return term(readCount(value, 'term'));
}

export function readIncarnation(value: unknown): Incarnation {
  return incarnation(readCount(value, 'incarnation'));
}

export function readFeatureLevel(value: unknown): number {
  const level = readCount(value, 'feature level');
  if (level >= features.baseline && level <= featureLevelMax) return level;
  return malformed('feature level', `${features.baseline} to ${featureLevelMax}`, level);
}

/** The first builds did not say theirs. */
export function readOldFeatureLevel(value: unknown): number {
  return readOptional(value, readFeatureLevel) ?? features.baseline;
}

/** Node names in the sender's order: the first may be the preferred one. */
export const readNodes = listReader('nodes', membersMax, readNode);

export const readGroups = listReader('groups', groupsMax, readGroup);

/** Node names that vote or learn: sorted and without duplicates. */
export function readSortedNodes(value: unknown): NodeId[] {
  const nodes = readNodes(value);
  for (let i = 1; i < nodes.length; i++) {
    if ((nodes[i - 1] as NodeId) >= (nodes[i] as NodeId)) {
      return malformed('nodes', 'sorted names without duplicates', nodes.join(','));
    }
  }
  return nodes;
}

function isLonger(text: string, bytesMax: number): boolean {
  return text.length > bytesMax || utf8Length(text) > bytesMax;
}
