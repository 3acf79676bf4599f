// The network in memory: the contract of every transport, and what only it can do.

import { expect, test } from 'vitest';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { nodeId } from '../../../src/core/model/ids.ts';
import type { Transport, TransportEvents } from '../../../src/ports/transport.ts';
import type { SimulatedNetworkOptions } from '../../../src/simulation/network/network.ts';
import { SimulatedNetwork } from '../../../src/simulation/network/network.ts';
import { transportContract } from '../../ports/transport.contract.ts';

const members = ['node1', 'node2', 'node3'].map(nodeId);
const [node1, node2] = [nodeId('node1'), nodeId('node2')];

transportContract('in memory', async () => {
  const network = new SimulatedNetwork();
  const open = (self: NodeId): Transport => network.transport({ self, members });
  return {
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
    { copies: 1, delayTicks: 5 },
    { copies: 0, delayTicks: 0 },
    { copies: 2, delayTicks: 1 },
  ];
  const { network, received, send } = await pair({
    fate: () => fates.shift() ?? { copies: 1, delayTicks: 0 },
  });
  for (const value of [1, 2, 3, 4]) send(value);
  network.advance(4);
  network.deliverAll();
  expect(received).toEqual([]);
  network.advance(1);
  network.deliverAll();
  expect(received).toEqual(['1', '3', '3', '4']);
});
