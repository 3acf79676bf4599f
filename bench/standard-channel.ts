// The gRPC library for Node, with its default settings: what every etcd client for Node stands on.
// Doorway of `@grpc/grpc-js`.

import { Client, credentials } from '@grpc/grpc-js';
import { type Channel, type ChannelKind, connectionsPerChannel } from './channel.ts';

export const standardChannel: ChannelKind = {
  suffix: '',
  open: (address) => new StandardChannel(address),
};

const same = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

class StandardChannel implements Channel {
  readonly #clients: readonly Client[];
  #next = 0;

  constructor(address: string) {
    // Clients of one address share a connection unless they are told not to.
    const options = { 'grpc.use_local_subchannel_pool': 1 };
    this.#clients = Array.from(
      { length: connectionsPerChannel },
      () => new Client(address, credentials.createInsecure(), options),
    );
  }

  call(path: string, message: Uint8Array): Promise<Uint8Array> {
    const client = this.#clients[this.#next++ % this.#clients.length];
    return new Promise((resolve, reject) => {
      client?.makeUnaryRequest(
        path,
        same,
        (bytes) => bytes,
        message,
        (error, answer) => {
          if (error === null && answer !== undefined) resolve(answer);
          else reject(error ?? new Error('an empty answer'));
        },
      );
    });
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}
