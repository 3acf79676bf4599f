// Unary gRPC calls over Node's own HTTP/2: one stream a call, over a few connections in turn. No library, so
// that a comparison measures the server and not a client.

import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';

export class GrpcChannel {
  readonly #sessions: readonly ClientHttp2Session[];
  #next = 0;

  /** `address` is `http://127.0.0.1:2379`. */
  constructor(address: string, connections: number) {
    this.#sessions = Array.from({ length: connections }, () => {
      const session = connect(address);
      // Each call reports its own failure; the session's is the same one again.
      session.on('error', () => session.destroy());
      return session;
    });
  }

  /** `path` is `/package.Service/Method`. Rejects when the status is not 0. */
  call(path: string, message: Uint8Array): Promise<Uint8Array> {
    const session = this.#sessions[this.#next++ % this.#sessions.length];
    if (session === undefined || session.destroyed)
      return Promise.reject(new Error('not connected'));
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    });
    stream.end(framed(message));
    return answerOf(stream);
  }

  close(): void {
    for (const session of this.#sessions) session.destroy();
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
