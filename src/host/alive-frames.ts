// An idle cluster says nothing but "alive", the same bytes each time. Those frames are made once
// and read once, which halves what an idle node costs.

import type { PeerMessage } from '../core/messages.ts';
import type { ClusterId } from '../core/model/ids.ts';
import { decodePeerFrame, encodePeerFrame, type PeerHeader } from '../wire/frame.ts';

type Decoded = ReturnType<typeof decodePeerFrame>;

/** More connections than a cluster has peers: some are of processes that are gone. */
const rememberedMax = 64;

export class AliveFrames {
  readonly #clusterId: ClusterId;
  readonly #heard = new Map<string, { readonly frame: Uint8Array; readonly decoded: Decoded }>();
  #own: Buffer | null = null;

  constructor(clusterId: ClusterId) {
    this.#clusterId = clusterId;
  }

  /** `header` is the same in every call: this node's. */
  encode(header: PeerHeader, messages: readonly PeerMessage[]): Buffer {
    if (!isOnlyAlive(messages)) return encodePeerFrame(header, messages);
    this.#own ??= encodePeerFrame(header, messages);
    return this.#own;
  }

  decode(frame: Uint8Array, connection: string): Decoded {
    const known = this.#heard.get(connection);
    if (known !== undefined && Buffer.compare(known.frame, frame) === 0) return known.decoded;
    const decoded = decodePeerFrame(frame, { clusterId: this.#clusterId });
    if (decoded.kind === 'frame' && isOnlyAlive(decoded.messages)) {
      if (this.#heard.size >= rememberedMax) this.#heard.clear();
      this.#heard.set(connection, { frame, decoded });
    }
    return decoded;
  }
}

function isOnlyAlive(messages: readonly PeerMessage[]): boolean {
  return messages.length === 1 && messages[0]?.kind === 'alive';
}
