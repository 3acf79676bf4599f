// The network in memory: the contract of every transport, and what only it can do.

import { describe, expect, test } from 'vitest';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { nodeId, storageId } from '../../../src/core/model/ids.ts';
import type { Member } from '../../../src/core/model/member.ts';
import type { Transport, TransportEvents } from '../../../src/ports/transport.ts';
import type { SimulatedNetworkOptions } from '../../../src/simulation/network/network.ts';
import { SimulatedNetwork } from '../../../src/simulation/network/network.ts';
import { transportContract } from '../../ports/transport.contract.ts';

const memberOf = (node: NodeId, generation = 1): Member => ({
  node,
  storageId: storageId(`storage ${generation} of ${node}`),
  addresses: { peer: `${node}/${generation}`, client: '', bulk: `${node}/${generation}/bulk` },
  publicKey: `key ${generation} of ${node}`,
  zone: '',
});
const names = ['node1', 'node2', 'node3'].map(nodeId);
const members = names.map((name) => memberOf(name));
const [node1, node2] = [nodeId('node1'), nodeId('node2')];

transportContract('in memory', async () => {
  const network = new SimulatedNetwork();
  const open = (self: NodeId, known = members): Transport =>
    network.transport({ self, members: known });
  return {
    members,
    successor: async (self) => memberOf(self, 2),
    open,
    openRival: open,
    client: (node, onFrame) => network.client({ node, onFrame }),
    until: async (condition) => {
      for (let round = 0; round < 10 && !condition(); round++) network.deliverAll();
      expect(condition()).toBe(true);
    },
    close: async () => undefined,
  };
});

const silent: TransportEvents = {
  onPeerFrame: () => undefined,
  onClientFrame: () => undefined,
  onPeerConnected: () => undefined,
  onPeerDisconnected: () => undefined,
  onDrop: () => undefined,
};

async function pair(options: SimulatedNetworkOptions = {}) {
  const network = new SimulatedNetwork(options);
  const received: string[] = [];
  const a = network.transport({ self: node1, members });
  const b = network.transport({ self: node2, members });
  await a.start(silent);
  await b.start({ ...silent, onPeerFrame: (frame) => received.push(String(frame[0])) });
  network.deliverAll();
  const send = (value: number) =>
    a.sendToPeer({ peer: node2, lane: 'raft', frame: new Uint8Array([value]) });
  return { network, received, send };
}

test('nothing moves until the owner says so, then one thing at a time', async () => {
  const { network, received, send } = await pair();
  send(1);
  send(2);
  expect(received).toEqual([]);
  while (received.length === 0) expect(network.deliverNext()).toBe(true);
  expect(received).toEqual(['1']);
  network.deliverAll();
  expect(received).toEqual(['1', '2']);
  expect(network.inFlight).toBe(0);
});

test('a cut loses what is sent one way until it heals', async () => {
  const { network, received, send } = await pair();
  network.cut(node1, node2);
  send(1);
  network.deliverAll();
  network.heal(node1, node2);
  send(2);
  network.deliverAll();
  expect(received).toEqual(['2']);
  expect(network.lost).toBe(1);
});

test('fate may lose, double and delay, but never reorders a lane', async () => {
  const fates = [
    { copies: 1, delayTicks: 5, lateTicks: 0 },
    { copies: 0, delayTicks: 0, lateTicks: 0 },
    { copies: 2, delayTicks: 1, lateTicks: 0 },
  ];
  const { network, received, send } = await pair({
    fate: () => fates.shift() ?? { copies: 1, delayTicks: 0, lateTicks: 0 },
  });
  for (const value of [1, 2, 3, 4]) send(value);
  network.advance(4);
  network.deliverAll();
  expect(received).toEqual([]);
  network.advance(1);
  network.deliverAll();
  expect(received).toEqual(['1', '3', '3', '4']);
});

test('a frame that is late is overtaken, and holds up nobody', async () => {
  const late = [3, 0, 0];
  const { network, received, send } = await pair({
    fate: () => ({ copies: 1, delayTicks: 0, lateTicks: late.shift() ?? 0 }),
  });
  for (const value of [1, 2, 3]) send(value);
  network.deliverAll();
  expect(received).toEqual(['2', '3']);
  network.advance(3);
  network.deliverAll();
  expect(received).toEqual(['2', '3', '1']);
});

test('deliverDue leaves what a delivery causes to the next call', async () => {
  const { network, received, send } = await pair();
  network.schedule(() => send(1));
  expect(network.deliverDue()).toBe(1);
  expect(received).toEqual([]);
  expect(network.deliverDue()).toBe(1);
  expect(received).toEqual(['1']);
});

describe('connections', () => {
  async function watched() {
    const network = new SimulatedNetwork();
    const links: string[] = [];
    const watch = (self: string): TransportEvents => ({
      ...silent,
      onPeerConnected: (peer) => links.push(`${self}+${peer}`),
      onPeerDisconnected: (peer) => links.push(`${self}-${peer}`),
    });
    const a = network.transport({ self: node1, members });
    const b = network.transport({ self: node2, members });
    await a.start(watch('node1'));
    await b.start(watch('node2'));
    network.deliverAll();
    links.length = 0;
    return { network, links, a, b, watch };
  }

  test('that are severed are told of at both ends, and can not be made until they are joined', async () => {
    const { network, links, a, b, watch } = await watched();
    network.sever(node1, node2);
    network.deliverAll();
    expect(links).toEqual(['node1-node2', 'node2-node1']);
    await b.close();
    const again = network.transport({ self: node2, members });
    await again.start(watch('node2'));
    network.deliverAll();
    a.sendToPeer({ peer: node2, lane: 'raft', frame: new Uint8Array(1) });
    network.deliverAll();
    expect(links).toHaveLength(2);
    network.join(node1, node2);
    network.deliverAll();
    expect(links.slice(2).sort()).toEqual(['node1+node2', 'node2+node1']);
  });

  test('to a node whose power went stay, until it is back', async () => {
    const { network, links, b, watch } = await watched();
    b.vanish();
    network.advance(100);
    network.deliverAll();
    expect(links).toEqual([]);
    await network.transport({ self: node2, members }).start(watch('node2'));
    network.deliverAll();
    expect(links.sort()).toEqual(['node1+node2', 'node2+node1']);
  });
});

test('a client’s frames take as long as its stream says, in both directions', async () => {
  const network = new SimulatedNetwork();
  const asked: string[] = [];
  const node = network.transport({ self: node1, members });
  await node.start({
    ...silent,
    onClientFrame: (frame, from) => {
      asked.push(String(frame[0]));
      node.sendToClient({ connection: from, frame });
    },
  });
  const answers: string[] = [];
  const onFrame = (frame: Uint8Array) => answers.push(String(frame[0]));
  const client = network.client({ node: node1, onFrame, name: 'c', delay: () => 2 });
  client.send(new Uint8Array([7]));
  network.advance(1);
  network.deliverAll();
  expect(asked).toEqual([]);
  network.advance(1);
  network.deliverAll();
  expect([asked, answers]).toEqual([['7'], []]);
  network.advance(2);
  network.deliverAll();
  expect(answers).toEqual(['7']);
});

test('links take turns in being first, each in its own order; without a seed the sender’s order rules', async () => {
  async function orders(phaseSeed?: number): Promise<string[]> {
    const network = new SimulatedNetwork(phaseSeed === undefined ? {} : { phaseSeed });
    const received: string[] = [];
    const onPeerFrame = (frame: Uint8Array, from: string) => received.push(`${from}:${frame[0]}`);
    const [a, b, c] = names.map((self) => network.transport({ self, members }));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three members');
    for (const node of [a, b]) await node.start(silent);
    await c.start({ ...silent, onPeerFrame });
    network.deliverAll();
    const to = { peer: nodeId('node3'), lane: 'raft' } as const;
    return Array.from({ length: 30 }, () => {
      network.advance(1);
      received.length = 0;
      for (const value of [1, 2]) {
        a.sendToPeer({ ...to, frame: new Uint8Array([value]) });
        b.sendToPeer({ ...to, frame: new Uint8Array([value]) });
      }
      expect(network.deliverDue()).toBe(4);
      return received.join(' ');
    });
  }
  const fixed = new Set(await orders());
  expect([...fixed]).toEqual(['node1:1 node2:1 node1:2 node2:2']);
  const drawn = new Set(await orders(77));
  expect([...drawn].sort()).toEqual([
    'node1:1 node1:2 node2:1 node2:2',
    'node2:1 node2:2 node1:1 node1:2',
  ]);
});
