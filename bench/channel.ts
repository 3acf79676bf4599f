// How the comparison speaks gRPC: unary calls to one server. Two implementations, so that a reader
// can tell what is etcd's own speed and what a client library makes of it.

export interface Channel {
  /** `path` is `/package.Service/Method`. Rejects when the status is not 0. */
  call(path: string, message: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

export interface ChannelKind {
  /** Added to the peer's name in the results. */
  readonly suffix: string;
  /** `address` is `127.0.0.1:2379`. */
  open(address: string): Channel;
}

/** One connection carries hundreds of streams well; a few spread the work of framing. */
export const connectionsPerChannel = 4;
