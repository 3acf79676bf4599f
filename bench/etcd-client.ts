// The three requests to etcd that the comparison needs (etcd v3 API, rpc.proto).

import type { Channel } from './channel.ts';
import { bytesField, readFields } from './protobuf.ts';
import type { Session } from './store.ts';

export class EtcdClient implements Session {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    const request = Buffer.concat([bytesField(1, key), bytesField(2, value)]);
    await this.#channel.call('/etcdserverpb.KV/Put', request);
  }

  /** A range of one key is linearizable unless it asks to be serializable. */
  async get(key: string): Promise<boolean> {
    const answer = await this.#channel.call('/etcdserverpb.KV/Range', bytesField(1, key));
    return readFields(answer).some((field) => field.number === 2);
  }

  /** True when the node that answers leads: its member id is the leader's. */
  async isLeader(): Promise<boolean> {
    const answer = await this.#channel.call('/etcdserverpb.Maintenance/Status', new Uint8Array());
    const fields = readFields(answer);
    const header = fields.find((field) => field.number === 1);
    const leader = fields.find((field) => field.number === 4)?.value;
    if (header?.kind !== 'bytes' || leader === undefined) return false;
    return readFields(header.value).find((field) => field.number === 2)?.value === leader;
  }

  async close(): Promise<void> {
    this.#channel.close();
  }
}
