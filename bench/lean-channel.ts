// Unary gRPC calls over Node's own HTTP/2: one stream a call, over a few connections in turn, which
// are made again at once when they are lost. No library, no back-off: as fast as etcd can look from
// one Node process.

import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { type Channel, type ChannelKind, connectionsPerChannel } from './channel.ts';

export const leanChannel: ChannelKind = {
  suffix: ' over bare HTTP/2',
  open: (address) => new LeanChannel(address),
};

class LeanChannel implements Channel {
  readonly #address: string;
  readonly #sessions: (ClientHttp2Session | null)[] = new Array(connectionsPerChannel).fill(null);
  #next = 0;

  constructor(address: string) {
    this.#address = `http://${address}`;
  }

  call(path: string, message: Uint8Array): Promise<Uint8Array> {
    const stream = this.#session(this.#next++ % connectionsPerChannel).request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    });
    stream.end(framed(message));
    return answerOf(stream);
  }

  close(): void {
    for (const session of this.#sessions) session?.destroy();
  }

  #session(number: number): ClientHttp2Session {
    const found = this.#sessions[number];
    if (found != null && !found.destroyed && !found.closed) return found;
    const session = connect(this.#address);
    // Each call reports its own failure; the session's is the same one again.
    session.on('error', () => session.destroy());
    this.#sessions[number] = session;
    return session;
  }
}

/** One byte "not compressed", four bytes length. */
function framed(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

function answerOf(stream: ClientHttp2Stream): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 'missing';
    const note = (headers: { readonly [name: string]: unknown }): void => {
      if (headers['grpc-status'] !== undefined) {
        status = `${headers['grpc-status']} ${headers['grpc-message'] ?? ''}`.trim();
      }
    };
    stream.on('response', note).on('trailers', note);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      if (status === '0') resolve(Buffer.concat(chunks).subarray(5));
      else reject(new Error(`gRPC status ${status}`));
    });
  });
}
