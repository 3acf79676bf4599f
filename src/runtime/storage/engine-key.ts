// Where things live in the engine: a group is one range of keys, its applied point comes first.
//
//   group (4 bytes, big endian)   name of the row (UTF-8); empty: the applied point of the group
//                                 a zero byte: its last drop
//   ff ff ff ff                   the mark: how far the log had come

import type { GroupId } from '../../core/model/ids.ts';

const groupBytes = 4;
export const logMarkKey = Buffer.from([0xff, 0xff, 0xff, 0xff]);

export function engineKey(group: GroupId, name: string): Buffer {
  const key = Buffer.allocUnsafe(groupBytes + Buffer.byteLength(name));
  key.writeUInt32BE(group, 0);
  key.write(name, groupBytes);
  return key;
}

export function pointKey(group: GroupId): Buffer {
  return engineKey(group, '');
}

/** No row has this name: each begins with a letter. */
export function dropKey(group: GroupId): Buffer {
  return engineKey(group, '\0');
}
