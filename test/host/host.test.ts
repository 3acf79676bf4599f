// Who may speak to a node, and how it ends: address books, notices of removal, and the error of a
// node that is no member any more. The node and the sockets are pretended; frames are real.

import { beforeEach, describe, expect, it } from 'vitest';
import type { AddressBook, Input, Ready } from '../../src/core/contract.ts';
import {
  clusterId,
  incarnation,
  type NodeId,
  nodeId,
  type StorageId,
  storageId,
} from '../../src/core/model/ids.ts';
import type { Member } from '../../src/core/model/member.ts';
import { Host } from '../../src/host/host.ts';
import { PeerSightings } from '../../src/host/peer-sightings.ts';
import { decodePeerFrame, encodePeerFrame, encodeRemovalNotice } from '../../src/wire/frame.ts';

const cluster = clusterId('00000000-0000-4000-8000-000000000001');
const [node1, node2, node3] = [nodeId('node1'), nodeId('node2'), nodeId('node3')];
const storage = (number: number): StorageId =>
  storageId(`00000000-0000-4000-8000-00000000010${number}`);
const member = (node: NodeId, number: number): Member => ({
  node,
  storageId: storage(number),
  addresses: { peer: '', client: '', bulk: '' },
  publicKey: `${node}/${number}`,
  zone: '',
});
const [first, second, third] = [member(node1, 1), member(node2, 2), member(node3, 3)];
const second2 = member(node2, 4);
const silence: Ready = {
  persist: null,
  state: null,
  messages: [],
  replies: [],
  addressBook: null,
  events: [],
};

/** A host of node1 and everything that it did. */
class World {
  readonly inputs: Input[] = [];
  readonly drops: string[] = [];
  readonly endings: unknown[] = [];
  /** What left the node, in order. */
  readonly said: string[] = [];
  readonly notices: StorageId[] = [];
  ready: Ready = silence;
  removed = false;
  readonly host: Host;

  constructor() {
    const world = this;
    this.host = new Host({
      node: {
        step: (input) => this.#step(input),
        takeReady: () => this.ready,
        takeReleasable: () => null,
        hasOutput: false,
        get removed() {
          return world.removed;
        },
      },
      storage: {
        recover: () => Promise.resolve({ groups: [] }),
        persist: () => Promise.resolve(),
        saveState: () => Promise.resolve(),
        release: () => Promise.resolve(),
        logBytes: 0,
        close: () => Promise.resolve(),
      },
      transport: {
        start: () => Promise.resolve(),
        setMembers: (members) => this.said.push(`members ${namesOf(members)}`),
        sendToPeer: ({ peer, frame }) => this.#sent(peer, frame),
        sendToClient: () => undefined,
        close: () => Promise.resolve(),
      },
      trace: { event: ({ kind }) => this.said.push(kind) },
      counters: { drop: (reason) => this.drops.push(reason) },
      sightings: new PeerSightings([first, second, third]),
      identity: {
        clusterId: cluster,
        self: node1,
        storageId: first.storageId,
        incarnation: incarnation(1),
      },
      onWork: () => undefined,
      onFatal: (error) => this.endings.push(error),
    });
  }

  meet(addressBook: AddressBook): void {
    this.ready = { ...silence, addressBook };
    this.host.flush();
    this.ready = silence;
  }

  hear(from: Member, inc = 1): void {
    const frame = encodePeerFrame(headerOf(from, inc), [{ kind: 'alive' }]);
    this.host.onPeerFrame(frame, from.node);
  }

  hearNotice(from: Member, removed: StorageId): void {
    this.host.onPeerFrame(encodeRemovalNotice(headerOf(from), removed), from.node);
  }

  pass(ticks: number): void {
    this.host.step({ kind: 'tick', ticks, wallMs: 0 });
  }

  #step(input: Input): void {
    if (input.kind !== 'tick') this.inputs.push(input);
    if (input.kind === 'removed') this.removed = true;
  }

  #sent(peer: NodeId, frame: Uint8Array): void {
    const decoded = decodePeerFrame(frame, { clusterId: cluster });
    if (decoded.kind === 'removal') this.notices.push(decoded.removed);
    this.said.push(`${decoded.kind} to ${peer}`);
  }
}

const headerOf = ({ node, storageId: id }: Member, inc = 1) => ({
  clusterId: cluster,
  sender: node,
  storageId: id,
  incarnation: incarnation(inc),
});
const namesOf = (members: readonly Member[]): string =>
  members
    .map(({ publicKey }) => publicKey)
    .sort()
    .join(' ');

let world: World;
beforeEach(() => {
  world = new World();
});

describe('an address book', () => {
  it('is obeyed after everything else was sent', () => {
    const alive = { to: node3, lane: 'raft', message: { kind: 'alive' } } as const;
    const event = { kind: 'something', group: null, detail: {} };
    const addressBook = { members: [first, second], removed: [third] };
    world.ready = { ...silence, messages: [alive], addressBook, events: [event] };
    world.host.flush();
    expect(world.said).toEqual(['frame to node3', 'members node1/1 node2/2 node3/3', 'something']);
  });

  it('keeps links to those that were removed, unless another member has their name', () => {
    world.meet({ members: [first, second2], removed: [second, third] });
    expect(world.said).toEqual(['members node1/1 node2/4 node3/3']);
  });

  it('lets a new member speak, and a removed one no more', () => {
    const fourth = member(nodeId('node4'), 5);
    world.hear(fourth);
    expect(world.drops).toEqual(['wrong-storage']);
    world.meet({ members: [first, second, fourth], removed: [third] });
    world.hear(fourth);
    world.hear(third);
    expect(world.drops).toEqual(['wrong-storage', 'removed-member']);
    expect(world.inputs).toEqual([{ kind: 'message', from: 'node4', message: { kind: 'alive' } }]);
  });

  it('tells the node of the loss of members alone', () => {
    for (const peer of [node2, node3]) world.host.onPeerConnected(peer);
    world.meet({ members: [first, second], removed: [third] });
    for (const peer of [node2, node3]) world.host.onPeerDisconnected(peer);
    expect(world.inputs).toEqual([{ kind: 'peer-down', peer: node2 }]);
  });
});

it('a peer is greeted as soon as the connection to it stands, not with the next heartbeat', () => {
  world.host.onPeerConnected(node2);
  expect(world.said).toEqual(['frame to node2']);
  world.host.stop();
  world.host.onPeerConnected(node3);
  expect(world.said).toHaveLength(1);
});

describe('a removed member that speaks', () => {
  beforeEach(() => {
    world.meet({ members: [first, second2], removed: [second, third] });
    world.said.length = 0;
  });

  it('is told so, by its storage, once a second', () => {
    for (let i = 0; i < 5; i++) world.hear(third);
    expect(world.notices).toEqual([third.storageId]);
    world.pass(99);
    world.hear(third);
    expect(world.notices).toHaveLength(1);
    world.pass(1);
    for (let i = 0; i < 5; i++) world.hear(third);
    expect(world.notices).toEqual([third.storageId, third.storageId]);
    expect(world.said).toEqual(['removal to node3', 'removal to node3']);
    expect(world.drops).toHaveLength(11);
    expect(world.inputs).toEqual([]);
  });

  it('is not told by way of the member that has its name now', () => {
    world.hear(second);
    expect([world.drops, world.said]).toEqual([['removed-member'], []]);
  });
});

describe('a notice of removal', () => {
  it('from a member, for this storage, ends the node with one error that says what to do', () => {
    world.hearNotice(second, first.storageId);
    expect(world.inputs).toEqual([{ kind: 'removed', by: node2 }]);
    world.host.flush();
    world.host.flush();
    expect(world.endings).toHaveLength(1);
    expect(world.endings[0]).toMatchObject({
      code: 'member-removed',
      exitCode: 1,
      retryable: false,
      message: expect.stringContaining('node1'),
      hint: expect.stringContaining('dsys join'),
    });
    expect(world.host.stopped).toBe(true);
    world.hear(second);
    expect(world.inputs).toHaveLength(1);
  });

  it('for another storage, or from who is no member, is dropped and counted', () => {
    world.meet({ members: [first, second2], removed: [second, third] });
    world.hearNotice(second2, third.storageId);
    world.hearNotice(second, first.storageId);
    world.hearNotice(third, first.storageId);
    world.hearNotice(member(nodeId('node9'), 9), first.storageId);
    expect(world.drops).toEqual(Array(4).fill('removal-notice'));
    world.host.flush();
    expect([world.inputs, world.endings]).toEqual([[], []]);
  });

  it('from an earlier incarnation of a member is dropped', () => {
    world.hear(second, 5);
    world.hearNotice(second, first.storageId);
    expect(world.drops).toEqual(['removal-notice']);
  });
});

it('a node that finds out by itself that it was removed ends after its last words', () => {
  const event = { kind: 'removed-from-cluster', group: null, detail: {} };
  const alive = { to: node2, lane: 'raft', message: { kind: 'alive' } } as const;
  world.ready = { ...silence, messages: [alive], events: [event] };
  world.removed = true;
  world.host.flush();
  expect(world.said).toEqual(['frame to node2', 'removed-from-cluster']);
  expect(world.endings).toMatchObject([{ code: 'member-removed' }]);
});
