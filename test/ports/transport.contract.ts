// What every transport promises (src/ports/transport.ts), as one suite. It runs on the real
// transport and on the one in memory; a harness tells them apart only in how things get moving.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionId, NodeId } from '../../src/core/model/ids.ts';
import { nodeId } from '../../src/core/model/ids.ts';
import { limits } from '../../src/core/model/limits.ts';
import type { Transport, TransportEvents } from '../../src/ports/transport.ts';

export interface ContractClient {
  send(frame: Uint8Array): void;
  close(): void;
}

export interface TransportHarness {
  /** A new transport of a cluster of node1, node2, node3; not started. */
  open(self: NodeId): Transport;
  /** Another process that calls itself `self`: same keys, same peers, listening elsewhere. */
  openRival(self: NodeId): Transport;
  client(node: NodeId, onFrame: (frame: Uint8Array) => void): ContractClient;
  /** Moves things until the condition holds; fails after a limit. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const [node1, node2, node3] = [nodeId('node1'), nodeId('node2'), nodeId('node3')];
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Everything that one transport told its owner. */
class Recorder implements TransportEvents {
  readonly frames: string[] = [];
  readonly sizes: number[] = [];
  readonly fromClients: { frame: string; connection: ConnectionId }[] = [];
  readonly links: string[] = [];
  readonly drops: string[] = [];

  onPeerFrame(frame: Uint8Array): void {
    this.sizes.push(frame.length);
    this.frames.push(frame.length > 64 ? '(big)' : text(frame));
  }
  onClientFrame(frame: Uint8Array, connection: ConnectionId): void {
    this.fromClients.push({ frame: text(frame), connection });
  }
  onPeerConnected(peer: NodeId): void {
    this.links.push(`+${peer}`);
  }
  onPeerDisconnected(peer: NodeId): void {
    this.links.push(`-${peer}`);
  }
  onDrop(reason: string): void {
    this.drops.push(reason);
  }
}

export function transportContract(
  name: string,
  makeHarness: () => Promise<TransportHarness>,
): void {
  describe(`transport contract: ${name}`, () => {
    let harness: TransportHarness;
    const opened: Transport[] = [];

    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((transport) => transport.close()));
      await harness.close();
    });

    async function start(transport: Transport): Promise<{ transport: Transport; seen: Recorder }> {
      const seen = new Recorder();
      opened.push(transport);
      await transport.start(seen);
      return { transport, seen };
    }
    const node = (self: NodeId) => start(harness.open(self));

    async function pair() {
      const a = await node(node1);
      const b = await node(node2);
      await harness.until(() => a.seen.links.includes('+node2') && b.seen.links.includes('+node1'));
      return { a, b };
    }
    const toNode2 = (value: string) => ({
      peer: node2,
      lane: 'raft' as const,
      frame: bytes(value),
    });

    test('each side learns that it reached the other, once', async () => {
      const { a, b } = await pair();
      expect(a.seen.links).toEqual(['+node2']);
      expect(b.seen.links).toEqual(['+node1']);
    });

    test('frames arrive whole and in the order of sending', async () => {
      const { a, b } = await pair();
      const sent = Array.from({ length: 500 }, (_, i) => `frame ${i}`);
      for (const value of sent) a.transport.sendToPeer(toNode2(value));
      await harness.until(() => b.seen.frames.length === sent.length);
      expect(b.seen.frames).toEqual(sent);
    });

    test('both lanes work, and each keeps its own order', async () => {
      const { a, b } = await pair();
      await harness.until(() => {
        a.transport.sendToPeer({ peer: node2, lane: 'bulk', frame: bytes('bulk') });
        return b.seen.frames.includes('bulk');
      });
      a.transport.sendToPeer(toNode2('raft'));
      await harness.until(() => b.seen.frames.includes('raft'));
    });

    test('a frame of the greatest size arrives; a bigger one is dropped by the sender', async () => {
      const { a, b } = await pair();
      const frame = new Uint8Array(limits.frameBytesMax);
      a.transport.sendToPeer({
        peer: node2,
        lane: 'raft',
        frame: new Uint8Array(frame.length + 1),
      });
      a.transport.sendToPeer({ peer: node2, lane: 'raft', frame });
      await harness.until(() => b.seen.sizes.length === 1);
      expect(b.seen.sizes).toEqual([limits.frameBytesMax]);
      expect(a.seen.drops).toEqual(['frame-too-big']);
    });

    test('a frame for a peer that is not there is dropped and counted', async () => {
      const { a } = await pair();
      a.transport.sendToPeer({ peer: node3, lane: 'raft', frame: bytes('lost') });
      expect(a.seen.drops).toEqual(['not-connected']);
    });

    test('frames beyond the credit of a peer are dropped, and credit comes back', async () => {
      const { a, b } = await pair();
      const frame = new Uint8Array(limits.frameBytesMax);
      for (let i = 0; i < 200; i++) a.transport.sendToPeer({ peer: node2, lane: 'raft', frame });
      expect(a.seen.drops).toContain('over-credit');
      const accepted = 200 - a.seen.drops.length;
      expect(accepted).toBeGreaterThanOrEqual(limits.peerCreditBytes / limits.frameBytesMax);
      await harness.until(() => b.seen.sizes.length === accepted);
      a.transport.sendToPeer(toNode2('again'));
      await harness.until(() => b.seen.frames.includes('again'));
    });

    test('the death of a peer is noticed, and its restart too; old frames do not come back', async () => {
      const { a, b } = await pair();
      await b.transport.close();
      await harness.until(() => a.seen.links.includes('-node2'));
      a.transport.sendToPeer(toNode2('into the void'));
      expect(a.seen.drops).toEqual(['not-connected']);

      const again = await node(node2);
      await harness.until(() => a.seen.links.length === 3 && again.seen.links.length === 1);
      a.transport.sendToPeer(toNode2('welcome back'));
      await harness.until(() => again.seen.frames.length > 0);
      expect(again.seen.frames).toEqual(['welcome back']);
      expect(a.seen.links).toEqual(['+node2', '-node2', '+node2']);
    });

    test('of two processes under one name the newest is heard, the other refused', async () => {
      const { a, b } = await pair();
      b.transport.sendToPeer({ peer: node1, lane: 'raft', frame: bytes('old') });
      await harness.until(() => a.seen.frames.includes('old'));
      const rival = await start(harness.openRival(node2));
      await harness.until(() => rival.seen.links.includes('+node1'));
      rival.transport.sendToPeer({ peer: node1, lane: 'raft', frame: bytes('new') });
      await harness.until(() => a.seen.frames.includes('new'));
      b.transport.sendToPeer({ peer: node1, lane: 'raft', frame: bytes('ghost') });
      await harness.until(() => a.seen.drops.includes('superseded'));
      rival.transport.sendToPeer({ peer: node1, lane: 'raft', frame: bytes('newer') });
      await harness.until(() => a.seen.frames.includes('newer'));
      expect(a.seen.frames).toEqual(['old', 'new', 'newer']);
    });

    test('a client asks and is answered on its own connection', async () => {
      const { a } = await pair();
      const answers: Record<string, string[]> = { x: [], y: [] };
      const x = harness.client(node1, (frame) => answers.x?.push(text(frame)));
      const y = harness.client(node1, (frame) => answers.y?.push(text(frame)));
      x.send(bytes('from x'));
      y.send(bytes('from y'));
      await harness.until(() => a.seen.fromClients.length === 2);
      for (const { frame, connection } of a.seen.fromClients)
        a.transport.sendToClient({ connection, frame: bytes(`answer ${frame}`) });
      await harness.until(() => answers.x?.length === 1 && answers.y?.length === 1);
      expect(answers).toEqual({ x: ['answer from x'], y: ['answer from y'] });
      x.close();
      y.close();
    });

    test('an answer for a client that is gone is dropped and counted', async () => {
      const a = await node(node1);
      const client = harness.client(node1, () => undefined);
      client.send(bytes('and away'));
      await harness.until(() => a.seen.fromClients.length === 1);
      const connection = a.seen.fromClients[0]?.connection;
      if (connection === undefined) throw new Error('no connection was seen');
      client.close();
      await harness.until(() => {
        a.transport.sendToClient({ connection, frame: bytes('hello?') });
        return a.seen.drops.includes('not-connected');
      });
    });

    test('close can be called twice, and before start', async () => {
      const never = harness.open(node3);
      await never.close();
      const a = await node(node1);
      await Promise.all([a.transport.close(), a.transport.close()]);
    });

    test('after close nothing is sent or reported', async () => {
      const { a, b } = await pair();
      await a.transport.close();
      const before = a.seen.links.length;
      await b.transport.close();
      a.transport.sendToPeer(toNode2('late'));
      expect(a.seen.links.length).toBe(before);
      expect(b.seen.frames).toEqual([]);
    });
  });
}
