// A cluster of three on free loopback ports, with keys, for the tests of the real transport.

import { curveKeyPair, Dealer } from 'zeromq';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { nodeId, storageId } from '../../../src/core/model/ids.ts';
import type { Member } from '../../../src/core/model/member.ts';
import type { Transport } from '../../../src/ports/transport.ts';
import { openZeroMqTransport } from '../../../src/runtime/transport/transport.ts';
import { freeAddresses } from './free-addresses.ts';

export const names = ['node1', 'node2', 'node3'].map(nodeId);

type KeyPair = ReturnType<typeof curveKeyPair>;

export class ClusterFixture {
  readonly clientKeys = curveKeyPair();
  readonly members: readonly Member[];
  /** By their public halves. */
  readonly #keys = new Map<string, KeyPair>();
  readonly #rivalAddresses: readonly string[];

  private constructor(addresses: readonly string[]) {
    this.members = names.map((name, i) => this.#newMember(name, addresses.slice(3 * i, 3 * i + 3)));
    this.#rivalAddresses = addresses.slice(9, 12);
  }

  static async make(): Promise<ClusterFixture> {
    return new ClusterFixture(await freeAddresses(12));
  }

  /** Another member under the name: other keys, other addresses. */
  async successor(name: NodeId): Promise<Member> {
    return this.#newMember(name, await freeAddresses(3));
  }

  member(name: NodeId, members = this.members): Member {
    const member = members.find((one) => one.node === name);
    if (member === undefined) throw new Error(`no member ${name}`);
    return member;
  }

  open(
    self: NodeId,
    { keys, members = this.members }: { keys?: KeyPair; members?: readonly Member[] } = {},
  ): Transport {
    const own = keys ?? this.#keysOf(this.member(self, members));
    const clientPublicKey = this.clientKeys.publicKey;
    return openZeroMqTransport({ self, members, ...own, clientPublicKey });
  }

  openRival(self: NodeId): Transport {
    const [peer = '', client = '', bulk = ''] = this.#rivalAddresses;
    const rival = { ...this.member(self), addresses: { peer, client, bulk } };
    const members = this.members.map((member) => (member.node === self ? rival : member));
    return this.open(self, { members });
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

  #keysOf({ node, publicKey }: Member): KeyPair {
    const keys = this.#keys.get(publicKey);
    if (keys === undefined) throw new Error(`no keys of ${node}`);
    return keys;
  }

  #newMember(name: NodeId, addresses: readonly string[]): Member {
    const [peer = '', client = '', bulk = ''] = addresses;
    const keys = curveKeyPair();
    this.#keys.set(keys.publicKey, keys);
    return {
      node: name,
      storageId: storageId(`storage of ${name} at ${peer}`),
      addresses: { peer, client, bulk },
      publicKey: keys.publicKey,
      zone: '',
    };
  }
}
