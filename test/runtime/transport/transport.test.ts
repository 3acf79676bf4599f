// The real transport: the contract of every transport, and what only sockets can get wrong.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { curveKeyPair, Dealer } from 'zeromq';
import { nodeId } from '../../../src/core/model/ids.ts';
import type { Transport, TransportEvents } from '../../../src/ports/transport.ts';
import { transportContract } from '../../ports/transport.contract.ts';
import { ClusterFixture } from './fixture.ts';

const [node1, node2] = [nodeId('node1'), nodeId('node2')];
const until = (condition: () => boolean): Promise<void> =>
  vi.waitUntil(condition, { timeout: 10_000, interval: 2 }).then(() => undefined);

transportContract('ZeroMQ', async () => {
  const cluster = await ClusterFixture.make();
  return {
    members: cluster.members,
    successor: (self) => cluster.successor(self),
    open: (self, members) => cluster.open(self, members === undefined ? {} : { members }),
    openRival: (self) => cluster.openRival(self),
    client: (node, onFrame) => {
      const socket = cluster.clientSocket(node);
      const read = async (): Promise<void> => {
        for await (const [frame] of socket) if (frame !== undefined) onFrame(frame);
      };
      read().catch(() => undefined);
      return { send: (frame) => void socket.send(frame), close: () => socket.close() };
    },
    until,
    close: async () => undefined,
  };
});

let cluster: ClusterFixture;
const opened: (Transport | Dealer)[] = [];
beforeEach(async () => {
  cluster = await ClusterFixture.make();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

function watch(log: string[]): TransportEvents {
  return {
    onPeerFrame: (frame) => log.push(`frame ${frame.length}`),
    onClientFrame: (frame) => log.push(`client frame ${frame.length}`),
    onPeerConnected: (peer) => log.push(`+${peer}`),
    onPeerDisconnected: (peer) => log.push(`-${peer}`),
    onDrop: (reason) => log.push(reason),
  };
}

async function started(transport: Transport): Promise<string[]> {
  const log: string[] = [];
  opened.push(transport);
  await transport.start(watch(log));
  return log;
}

test('a busy port is refused by name, and nothing stays open', async () => {
  const first = cluster.open(node1);
  const second = cluster.open(node1);
  await started(first);
  await expect(second.start(watch([]))).rejects.toMatchObject({
    code: 'port-busy',
    message: expect.stringContaining(cluster.member(node1).addresses.peer),
  });
  await first.close();
  await started(cluster.open(node1));
});

test('a peer with a wrong key gets nothing and is counted on both sides', async () => {
  const honest = await started(cluster.open(node1));
  const intruder = await started(cluster.open(node2, { keys: curveKeyPair() }));
  await until(() => honest.includes('unauthorized') && intruder.includes('unauthorized'));
  expect(intruder).not.toContain('+node1');
  expect(honest).not.toContain('+node2');
});

test('a member that was removed is refused when it connects, and let in once it is back', async () => {
  const a = cluster.open(node1);
  const honest = await started(a);
  a.setMembers(cluster.members.filter(({ node }) => node !== node2));
  const removed = await started(cluster.open(node2));
  await until(() => honest.includes('unauthorized') && removed.includes('unauthorized'));
  expect(removed).not.toContain('+node1');
  a.setMembers(cluster.members);
  await until(() => honest.includes('+node2') && removed.includes('+node1'));
});

test('an address that nobody can have is counted, and harms no other', async () => {
  const a = cluster.open(node1);
  const log = await started(a);
  const lost = { peer: 'tcp://ä:1', client: 'tcp://ä:2', bulk: 'tcp://ä:3' };
  const broken = { ...cluster.member(nodeId('node3')), addresses: lost };
  a.setMembers([cluster.member(node1), broken, cluster.member(node2)]);
  expect(log).toEqual(['unreachable', 'unreachable']);
  await started(cluster.open(node2));
  await until(() => log.includes('+node2'));
});

test('a client with an unknown key is refused and counted', async () => {
  const log = await started(cluster.open(node1));
  const client = cluster.clientSocket(node1, curveKeyPair());
  opened.push(client);
  const refused = new Promise((resolve) => client.events.on('handshake:error:auth', resolve));
  await refused;
  await until(() => log.includes('unauthorized'));
});

test('a client key does not open the sockets of the peers', async () => {
  const log = await started(cluster.open(node1));
  const { addresses, publicKey } = cluster.member(node1);
  const socket = new Dealer({
    linger: 0,
    curveServerKey: publicKey,
    curvePublicKey: cluster.clientKeys.publicKey,
    curveSecretKey: cluster.clientKeys.secretKey,
  });
  opened.push(socket);
  socket.connect(addresses.peer);
  await until(() => log.includes('unauthorized'));
});

test('a connection without CURVE is refused and counted', async () => {
  const log = await started(cluster.open(node1));
  const socket = new Dealer({ linger: 0 });
  opened.push(socket);
  socket.connect(cluster.member(node1).addresses.client);
  await until(() => log.includes('unauthorized'));
});

test('a message of several parts is dropped and counted', async () => {
  const log = await started(cluster.open(node1));
  const client = cluster.clientSocket(node1);
  opened.push(client);
  await client.send(['two', 'parts']);
  await until(() => log.includes('malformed'));
});

test('a message over the frame limit never reaches the host, and the socket lives on', async () => {
  const log = await started(cluster.open(node1));
  const client = cluster.clientSocket(node1);
  opened.push(client);
  await client.send(new Uint8Array(6 << 20));
  const next = cluster.clientSocket(node1);
  opened.push(next);
  await next.send(new Uint8Array(7));
  await until(() => log.includes('client frame 7'));
  expect(log).toEqual(['client frame 7']);
});

test('a flood of frames does not starve timers', async () => {
  const a = cluster.open(node1);
  const log = await started(a);
  let busyUntil = 0;
  const b = cluster.open(node2);
  opened.push(b);
  let frames = 0;
  await b.start({
    ...watch([]),
    onPeerFrame: () => {
      frames += 1;
      busyUntil = performance.now() + 0.5;
      while (performance.now() < busyUntil);
    },
  });
  await until(() => log.includes('+node2'));
  for (let i = 0; i < 600; i++)
    a.sendToPeer({ peer: node2, lane: 'raft', frame: new Uint8Array(100) });
  let turns = 0;
  await until(() => {
    turns += 1;
    return frames === 600;
  });
  expect(turns).toBeGreaterThan(30);
});

/** By the name of the thread: its policy (sched(7)), field 41 of proc_pid_stat(5). */
function policyOf(stat: string): readonly [name: string, policy: number] {
  const [start, end] = [stat.indexOf('('), stat.lastIndexOf(')')];
  return [stat.slice(start + 1, end), Number(stat.slice(end + 2).split(' ')[38])];
}

test.runIf(existsSync('/proc/self/sched'))(
  'the thread that a send wakes has the policy that lets the sender go on, and the sender has not',
  async () => {
    await started(cluster.open(node1));
    const threads = readdirSync('/proc/self/task').map((thread) =>
      policyOf(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')),
    );
    expect(new Map(threads).get('ZMQbg/IO/0')).toBe(3);
    expect(policyOf(readFileSync('/proc/self/stat', 'utf8'))[1]).toBe(0);
  },
);
