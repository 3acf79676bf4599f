// A cluster of three on free loopback ports, with keys, for the tests of the real transport.

import { curveKeyPair, Dealer } from 'zeromq';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { nodeId, storageId } from '../../../src/core/model/ids.ts';
import type { Member } from '../../../src/core/model/operation.ts';
import type { Transport } from '../../../src/ports/transport.ts';
import { openZeroMqTransport } from '../../../src/runtime/transport/transport.ts';
import { freeAddresses } from './free-addresses.ts';

export const names = ['node1', 'node2', 'node3'].map(nodeId);

type KeyPair = ReturnType<typeof curveKeyPair>;

export class ClusterFixture {
  readonly clientKeys = curveKeyPair();
  readonly #keys: ReadonlyMap<NodeId, KeyPair>;
  readonly #members: readonly Member[];
  readonly #rivalAddresses: readonly string[];

  private constructor(addresses: readonly string[]) {
    this.#keys = new Map(names.map((name) => [name, curveKeyPair()]));
    this.#members = names.map((name, i) => this.#member(name, addresses.slice(3 * i, 3 * i + 3)));
    this.#rivalAddresses = addresses.slice(9, 12);
  }

  static async make(): Promise<ClusterFixture> {
    return new ClusterFixture(await freeAddresses(12));
  }

  member(name: NodeId): Member {
    const member = this.#members.find((one) => one.node === name);
    if (member === undefined) throw new Error(`no member ${name}`);
    return member;
  }

  open(self: NodeId, keys: KeyPair = this.#key(self)): Transport {
    return openZeroMqTransport({
      self,
      members: this.#members,
      ...keys,
      clientPublicKey: this.clientKeys.publicKey,
    });
  }

  openRival(self: NodeId): Transport {
    const rival = this.#member(self, this.#rivalAddresses);
    const members = this.#members.map((member) => (member.node === self ? rival : member));
    const clientPublicKey = this.clientKeys.publicKey;
    return openZeroMqTransport({ self, members, ...this.#key(self), clientPublicKey });
  }

  clientSocket(node: NodeId, keys: KeyPair = this.clientKeys): Dealer {
    const { addresses, publicKey } = this.member(node);
    const socket = new Dealer({
      linger: 0,
      curveServerKey: publicKey,
      curvePublicKey: keys.publicKey,
      curveSecretKey: keys.secretKey,
    });
    socket.connect(addresses.client);
    return socket;
  }

  #key(name: NodeId): KeyPair {
    const keys = this.#keys.get(name);
    if (keys === undefined) throw new Error(`no keys of ${name}`);
    return keys;
  }

  #member(name: NodeId, addresses: readonly string[]): Member {
    const [peer = '', client = '', bulk = ''] = addresses;
    return {
      node: name,
      storageId: storageId(`storage of ${name}`),
      addresses: { peer, client, bulk },
      publicKey: this.#key(name).publicKey,
      zone: '',
    };
  }
}
