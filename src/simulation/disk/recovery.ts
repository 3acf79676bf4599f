// Reads a pretended disk back, with the verdicts of the real one: a torn last block is cut, other
// damage is `storage-corrupt`, and a drop that a crash kept from the log is written there first.

import type { GroupId } from '../../core/model/ids.ts';
import { LogReplay } from '../../core/model/log-replay.ts';
import type { GroupDrop, Recovered, RecoveredGroup } from '../../core/model/records.ts';
import type { AppliedPoint, ItemRow, StateRow } from '../../core/model/state.ts';
import { itemsInHand } from '../../core/model/stored-items.ts';
import { decodeDrop, decodeLogRecord, encodeDrop } from '../../wire/log-record.ts';
import { decodeAppliedPoint, decodeRow } from '../../wire/state-row.ts';
import { PretendedDiskError } from './disk.ts';
import {
  type GroupFile,
  joinParts,
  type PretendedFiles,
  seal,
  splitParts,
  unseal,
} from './files.ts';

interface GroupState {
  readonly point: AppliedPoint | null;
  readonly drop: GroupDrop | null;
  readonly rows: readonly StateRow[];
}

const noState: GroupState = { point: null, drop: null, rows: [] };

export function readDisk(files: PretendedFiles, onWarning: (text: string) => void): Recovered {
  const states = new Map(files.groups.map(([group, file]) => [group, readState(group, file)]));
  const replay = replayLog(files, onWarning);
  const ids = [...new Set([...replay.groups, ...states.keys()])].sort((a, b) => a - b);
  const groups = ids.map((group) => joinGroup(group, replay, states.get(group) ?? noState));
  logDrops(files, replay, states);
  return { groups };
}

function replayLog(files: PretendedFiles, onWarning: (text: string) => void): LogReplay {
  const replay = new LogReplay();
  for (const [number, block] of [...files.blocks].entries()) {
    const content = unseal(block);
    if (content === null) {
      if (number < files.blocks.length - 1) throw corrupt(`block ${number} of the log`);
      files.cut();
      onWarning(`block ${number} of the log is torn, as after a power cut; it was cut off`);
      break;
    }
    for (const record of splitParts(content)) replay.apply(decodeLogRecord(record));
  }
  return replay;
}

/** What comes next must be told from the life before. */
function logDrops(
  files: PretendedFiles,
  replay: LogReplay,
  states: ReadonlyMap<GroupId, GroupState>,
): void {
  const known = [...states.values()].flatMap(({ drop }) => (drop === null ? [] : [drop]));
  const late = known.filter(({ group, life }) => life > replay.lives.of(group));
  if (late.length > 0) files.append(seal(joinParts(late.map(encodeDrop))));
}

function readState(group: GroupId, { point, drop, rows }: GroupFile): GroupState {
  return {
    point: point === null ? null : decodeAppliedPoint(opened(point, `point of group ${group}`)),
    drop: drop === null ? null : decodeDrop(opened(drop, `drop of group ${group}`)),
    rows: [...rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, bytes]) => decodeRow(opened(bytes, `row ${name} of group ${group}`))),
  };
}

function joinGroup(group: GroupId, replay: LogReplay, state: GroupState): RecoveredGroup {
  const { point, drop, rows } = state;
  const joined = replay.group(group).join(point, drop);
  if (joined.kind === 'hole') throw corrupt(`the log of group ${group}: ${joined.why}`);
  const { kind: _, ...log } = joined;
  const isItem = (row: StateRow): row is ItemRow => row.kind === 'item';
  const items = itemsInHand(rows.filter(isItem));
  return { group, point, rows: rows.filter((row) => !isItem(row)), items, ...log };
}

function opened(bytes: Uint8Array, what: string): Uint8Array {
  const content = unseal(bytes);
  if (content === null) throw corrupt(what);
  return content;
}

function corrupt(what: string): PretendedDiskError {
  return new PretendedDiskError(
    'storage-corrupt',
    `the pretended disk is damaged: ${what}`,
    'this node must not vote: replace it: dsys replace NODE',
  );
}
