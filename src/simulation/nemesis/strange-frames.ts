// Frames that a node must drop: of another cluster, of a disk that the cluster does not know, and
// bytes that are no frame at all. What they carry would do harm if it were believed.

import type { NodeId } from '../../core/model/ids.ts';
import { controlGroup, incarnation, logIndex, storageId, term } from '../../core/model/ids.ts';
import type { Random } from '../../core/model/random.ts';
import type { ForeignFrame, GarbageFrame } from '../../faults/fault.ts';
import { encodePeerFrame, type PeerHeader } from '../../wire/frame.ts';
import { foreignCluster, simulatedCluster, storageOf } from '../cluster.ts';

const unknownStorage = storageId('00000000-0000-4000-a000-00000000dead');
const noiseBytesMax = 300;
/** An odd number, so that they never undo each other; few, so that no checksum is deceived. */
const flippedBits = [1, 3] as const;

export function foreignFrame({ from, stranger }: ForeignFrame): Uint8Array {
  return stranger === 'cluster'
    ? frameOf({ ...headerOf(from), clusterId: foreignCluster })
    : frameOf({ ...headerOf(from), storageId: unknownStorage });
}

export function garbageFrame({ from, content }: GarbageFrame, random: Random): Uint8Array {
  if (content === 'noise') {
    return Uint8Array.from({ length: random.between(0, noiseBytesMax) }, () => random.below(256));
  }
  const frame = frameOf(headerOf(from));
  for (let flips = flippedBits[random.below(2)] ?? 1; flips > 0; flips--) {
    const at = random.below(frame.length);
    frame[at] = (frame[at] ?? 0) ^ (1 << random.below(8));
  }
  return frame;
}

function headerOf(sender: NodeId): PeerHeader {
  return {
    clusterId: simulatedCluster,
    sender,
    storageId: storageOf(sender),
    incarnation: incarnation(4_000_000),
  };
}

/** A leader of a term far ahead: everyone who believed it would follow. */
function frameOf(header: PeerHeader): Uint8Array {
  const message = {
    kind: 'heartbeat',
    term: term(1_000_000),
    commitIndex: logIndex(0),
    readRound: 0,
    quiesce: false,
  } as const;
  return encodePeerFrame(header, [{ kind: 'group', group: controlGroup, message }]);
}
