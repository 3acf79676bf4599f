// Log entries and their bytes. An entry travels to each follower and to the disk, so it is encoded
// once: its bytes are remembered beside it, and those of a received entry are taken as they came.

import type { Entry, Payload } from '../core/model/entry.ts';
import { limits } from '../core/model/limits.ts';
import { commandFields, readCommand } from './command.ts';
import { configurationFields, readConfiguration } from './configuration.ts';
import { EntryBytes } from './entry-bytes.ts';
import { type Fields, readBytes, readCount, readFields, readIndex, readTerm } from './fields.ts';
import { malformed } from './malformed.ts';
import { pack, unpack } from './msgpack.ts';
import { payloadKinds } from './numbers.ts';
import { compactCopy, type Placed, place } from './slab.ts';

const encoded = new EntryBytes();

/** The entry's bytes; remembered, so not to be written to. */
export function encodeEntry(entry: Entry): Uint8Array {
  const known = encoded.get(entry);
  if (known !== undefined) return known;
  const { index, term, size, payload } = entry;
  const bytes = compactCopy(pack([index, term, size, payloadKinds[payload.kind], bodyOf(payload)]));
  encoded.set(entry, bytes);
  return bytes;
}

/** Copies `bytes` once; the entry's value is a slice of that copy. Throws MalformedError. */
export function decodeEntry(bytes: Uint8Array): Entry {
  const placed = place(bytes);
  const entry = entryAt(placed);
  encoded.set(entry, placed.memory.subarray(placed.start, placed.end));
  return entry;
}

/** An entry inside a message: bytes in bytes. */
export function readEntry(value: unknown): Entry {
  return decodeEntry(readBytes(value, limits.frameBytesMax, 'entry'));
}

/** The same inside a record of the log: an old one, whose bytes hardly anybody wants again. */
export function readOldEntry(value: unknown): Entry {
  return entryAt(place(readBytes(value, limits.frameBytesMax, 'entry')));
}

function entryAt({ memory, start, end }: Placed): Entry {
  const fields = readFields(unpack(memory, start, end), 4, 'entry');
  const entry: Entry = {
    index: readIndex(fields[0]),
    term: readTerm(fields[1]),
    payload: readPayload(fields),
    size: readSize(fields[2]),
  };
  if (entry.index === 0) return malformed('entry', 'an index from 1', 0);
  return entry;
}

function bodyOf(payload: Payload): Fields | null {
  switch (payload.kind) {
    case 'noop':
      return null;
    case 'configuration':
      return configurationFields(payload.configuration);
    case 'command':
      return commandFields(payload.command);
  }
}

function readPayload(fields: Fields): Payload {
  switch (fields[3]) {
    case payloadKinds.noop:
      return { kind: 'noop' };
    case payloadKinds.configuration:
      return { kind: 'configuration', configuration: readConfiguration(fields[4]) };
    case payloadKinds.command:
      return { kind: 'command', command: readCommand(fields[4]) };
    default:
      return malformed('payload', 'a known number', fields[3]);
  }
}

/** What windows count: a sender that lies upwards would stall them. */
function readSize(value: unknown): number {
  const size = readCount(value, 'size');
  return size <= limits.frameBytesMax ? size : malformed('size', 'at most one frame', size);
}
