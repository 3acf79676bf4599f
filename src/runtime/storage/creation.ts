// The first segment of a new log, with nothing in it. Made before a node counts its first start, so
// that a node that has started before and finds no segment knows that its disk was wiped.

import { join } from 'node:path';
import { encodeSegmentHeader } from './block.ts';
import type { Files } from './files.ts';
import { segmentName, segmentPattern } from './segment.ts';
import { spareName } from './spare.ts';

/** A rotation costs about a millisecond; a start reads about two segments, a new node writes two. */
export const segmentBytesDefault = 2 << 20;

/** True when `directory` (a node's) holds at least one segment of a log. */
export async function hasLog(files: Files, directory: string): Promise<boolean> {
  const names = await files.list(join(directory, 'wal'));
  return names.some((name) => segmentPattern.test(name));
}

/** Durable when it resolves. A log that is there stays as it is. */
export async function createLog(files: Files, directory: string): Promise<void> {
  if (await hasLog(files, directory)) return;
  const wal = join(directory, 'wal');
  await files.makeDirectory(wal);
  const spare = join(wal, spareName);
  const size = segmentBytesDefault;
  await files.create(spare, encodeSegmentHeader({ number: 1, size }), size);
  await files.rename(spare, join(wal, segmentName(1)));
}
