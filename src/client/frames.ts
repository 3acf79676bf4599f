// The client's side of the wire: batches of requests out, batches of replies in.

import type { ClusterId } from '../core/model/ids.ts';
import { decodeReplies, encodeRequests } from '../wire/client-frame.ts';
import type { FrameCodec } from './connection.ts';

export function frameCodec(clusterId: ClusterId): FrameCodec {
  return {
    encode: (requests) => encodeRequests({ clusterId, requests }),
    decode: (frame) => {
      const decoded = decodeReplies(frame, { clusterId });
      if (decoded.kind !== 'dropped') return decoded.replies;
      return decoded.reason === 'protocol-version' ? null : [];
    },
  };
}
