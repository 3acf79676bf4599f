// A member of the cluster as everybody knows it: its name, its disk, and where it listens.

import type { NodeId, StorageId } from './ids.ts';

export interface Addresses {
  /** `tcp://127.0.0.1:7400` */
  readonly peer: string;
  readonly client: string;
  readonly bulk: string;
}

export interface Member {
  readonly node: NodeId;
  readonly storageId: StorageId;
  readonly addresses: Addresses;
  /** Z85 CURVE public key of the node's server sockets. */
  readonly publicKey: string;
  readonly zone: string;
}
