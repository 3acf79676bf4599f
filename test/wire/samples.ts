// One cluster, one sender, and frames made by hand: a sealed frame whose body is anything at all.

import { clusterId, incarnation, nodeId, storageId } from '../../src/core/model/ids.ts';
import type { PeerHeader } from '../../src/wire/frame.ts';
import { encodePeerFrame } from '../../src/wire/frame.ts';
import { sealFrame } from '../../src/wire/frame-header.ts';
import { pack } from '../../src/wire/msgpack.ts';
import { frameKinds } from '../../src/wire/numbers.ts';

export const cluster = clusterId('6f1c2b9e-0b6a-4c3e-9d2f-0123456789ab');
export const otherCluster = clusterId('00000000-0000-4000-8000-000000000001');

export const header: PeerHeader = {
  clusterId: cluster,
  sender: nodeId('node1'),
  storageId: storageId('11111111-2222-4333-8444-555555555555'),
  incarnation: incarnation(7),
  receivedBytes: 123_456_789_012,
};

const headerBytes = 61 + header.sender.length;

/** A frame between nodes with a good header and checksum around these bytes. */
export function peerFrameAround(body: Uint8Array): Buffer {
  const start = encodePeerFrame(header, []).subarray(0, headerBytes);
  return resealed(Buffer.concat([start, body]));
}

/** The same around any value that the codec can write. */
export function peerFrameOf(body: unknown): Buffer {
  return peerFrameAround(pack(body));
}

/** The checksum made right again after bytes were changed on purpose. */
export function resealed(frame: Buffer): Buffer {
  return sealFrame(frame, { clusterId: cluster, kind: frameKinds.peer, headerBytes });
}
