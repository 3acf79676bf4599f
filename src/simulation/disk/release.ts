// Drops the oldest blocks of a pretended log once all their entries are in synced state, or of a
// life that is over. What they say besides entries moves into one block at the head.

import { GroupLives } from '../../core/model/group-lives.ts';
import type { GroupId, LogIndex } from '../../core/model/ids.ts';
import { dotKey } from '../../core/model/log-replay.ts';
import type { LogRecord } from '../../core/model/records.ts';
import { decodeLogRecord, encodeLogRecord } from '../../wire/log-record.ts';
import { joinParts, type PretendedFiles, seal, splitParts, unseal } from './files.ts';

export interface Released {
  /** In the present life of each group. */
  readonly indexes: ReadonlyMap<GroupId, LogIndex>;
  /** How often each group was dropped. */
  readonly lives: ReadonlyMap<GroupId, number>;
}

export function dropReleased(files: PretendedFiles, released: Released): void {
  const lives = new GroupLives();
  const heads = new Map<string, LogRecord>();
  let count = 0;
  for (const block of files.blocks) {
    const content = unseal(block);
    if (content === null) break;
    const records = splitParts(content).map(decodeLogRecord);
    if (records.some((record) => isNeeded(record, lives, released))) break;
    for (const record of records) keepHead(heads, record);
    count++;
  }
  if (count === 0) return;
  files.replaceOldest(count, seal(joinParts([...heads.values()].map(encodeLogRecord))));
}

/** `lives`: as far as the log was read. */
function isNeeded(
  record: LogRecord,
  lives: GroupLives,
  { indexes, lives: now }: Released,
): boolean {
  const { group } = record;
  if (record.kind === 'group-dropped') lives.begin(record);
  if (record.kind !== 'entries' || lives.of(group) < (now.get(group) ?? 0)) return false;
  return (record.entries.at(-1)?.index ?? 0) > (indexes.get(group) ?? 0);
}

function keepHead(heads: Map<string, LogRecord>, record: LogRecord): void {
  const { group, kind } = record;
  if (kind === 'entries') return;
  if (kind === 'group-dropped') {
    for (const name of heads.keys()) if (name.startsWith(`${group} `)) heads.delete(name);
  }
  if (kind === 'tentative') heads.set(`${group} dot ${dotKey(record.write.dot)}`, record);
  else if (kind === 'tentative-done') heads.delete(`${group} dot ${dotKey(record.dot)}`);
  else heads.set(`${group} ${kind}`, record);
}
