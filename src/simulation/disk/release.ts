// Drops the oldest blocks of a pretended log once all their entries are in synced state. What they
// say besides entries moves into one block at the head.

import type { GroupId, LogIndex } from '../../core/model/ids.ts';
import { dotKey } from '../../core/model/log-replay.ts';
import type { LogRecord } from '../../core/model/records.ts';
import { decodeLogRecord, encodeLogRecord } from '../../wire/log-record.ts';
import { joinParts, type PretendedFiles, seal, splitParts, unseal } from './files.ts';

export function dropReleased(
  files: PretendedFiles,
  released: ReadonlyMap<GroupId, LogIndex>,
): void {
  const heads = new Map<string, LogRecord>();
  let count = 0;
  for (const block of files.blocks) {
    const content = unseal(block);
    if (content === null) break;
    const records = splitParts(content).map(decodeLogRecord);
    if (records.some((record) => isNeeded(record, released))) break;
    for (const record of records) keepHead(heads, record);
    count++;
  }
  if (count === 0) return;
  files.replaceOldest(count, seal(joinParts([...heads.values()].map(encodeLogRecord))));
}

function isNeeded(record: LogRecord, released: ReadonlyMap<GroupId, LogIndex>): boolean {
  if (record.kind !== 'entries') return false;
  return (record.entries.at(-1)?.index ?? 0) > (released.get(record.group) ?? 0);
}

function keepHead(heads: Map<string, LogRecord>, record: LogRecord): void {
  const { group, kind } = record;
  if (kind === 'entries') return;
  if (kind === 'tentative') heads.set(`${group} dot ${dotKey(record.write.dot)}`, record);
  else if (kind === 'tentative-done') heads.delete(`${group} dot ${dotKey(record.dot)}`);
  else heads.set(`${group} ${kind}`, record);
}
