// What every transport promises (src/ports/transport.ts), as one suite. It runs on the real
// transport and on the one in memory; a harness tells them apart only in how things get moving.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionId, NodeId } from '../../src/core/model/ids.ts';
import { nodeId } from '../../src/core/model/ids.ts';
import { limits } from '../../src/core/model/limits.ts';
import type { Member } from '../../src/core/model/member.ts';
import type { Transport, TransportEvents } from '../../src/ports/transport.ts';

export interface ContractClient {
  send(frame: Uint8Array): void;
  close(): void;
}

export interface TransportHarness {
  /** node1, node2, node3. */
  readonly members: readonly Member[];
  /** Another member under a name: with another key, listening elsewhere. */
  successor(self: NodeId): Promise<Member>;
  /** A new transport of `self`, whom `members` has; of all three, unless said. Not started. */
  open(self: NodeId, members?: readonly Member[]): Transport;
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

    describe('when members change', () => {
      const without = (name: NodeId): Member[] =>
        harness.members.filter(({ node }) => node !== name);
      const only = (...nodes: NodeId[]): Member[] =>
        harness.members.filter((member) => nodes.includes(member.node));
      const send = (from: Transport, peer: NodeId, value: string): void =>
        from.sendToPeer({ peer, lane: 'raft', frame: bytes(value) });

      test('one that comes later is refused until it is known, then reached and heard', async () => {
        const a = await start(harness.open(node1, only(node1)));
        const b = await node(node2);
        send(a.transport, node2, 'too early');
        expect(a.seen.drops).toContain('not-connected');
        await harness.until(() => b.seen.drops.includes('unauthorized'));
        expect(b.seen.links).toEqual([]);
        a.transport.setMembers(only(node1, node2));
        await harness.until(() => a.seen.links.length > 0 && b.seen.links.length > 0);
        send(a.transport, node2, 'welcome');
        send(b.transport, node1, 'thanks');
        await harness.until(() => a.seen.frames.length > 0 && b.seen.frames.length > 0);
        expect([a.seen.frames, b.seen.frames]).toEqual([['thanks'], ['welcome']]);
        expect([a.seen.links, b.seen.links]).toEqual([['+node2'], ['+node1']]);
      });

      test('one that goes is told of as lost at once, and neither reached nor heard', async () => {
        const { a, b } = await pair();
        send(b.transport, node1, 'hello');
        await harness.until(() => a.seen.frames.length === 1);
        a.transport.setMembers(without(node2));
        expect(a.seen.links).toEqual(['+node2', '-node2']);
        send(a.transport, node2, 'farewell');
        expect(a.seen.drops).toEqual(['not-connected']);
        send(b.transport, node1, 'still here');
        await harness.until(() => a.seen.drops.includes('unauthorized'));
        expect([a.seen.frames, b.seen.frames]).toEqual([['hello'], []]);
      });

      test('one that goes and comes back is reached and heard again', async () => {
        const { a, b } = await pair();
        a.transport.setMembers(without(node2));
        a.transport.setMembers(harness.members);
        await harness.until(() => a.seen.links.length === 3);
        send(a.transport, node2, 'again');
        send(b.transport, node1, 'again');
        await harness.until(() => a.seen.frames.length > 0 && b.seen.frames.length > 0);
        expect(a.seen.links).toEqual(['+node2', '-node2', '+node2']);
      });

      test('one with another key and address takes the place of its name', async () => {
        const { a, b } = await pair();
        send(b.transport, node1, 'old');
        await harness.until(() => a.seen.frames.length === 1);
        const next = [...without(node2), await harness.successor(node2)];
        a.transport.setMembers(next);
        expect(a.seen.links).toEqual(['+node2', '-node2']);
        await b.transport.close();
        const c = await start(harness.open(node2, next));
        await harness.until(() => a.seen.links.length === 3 && c.seen.links.length === 1);
        send(a.transport, node2, 'to the new one');
        send(c.transport, node1, 'new');
        await harness.until(() => a.seen.frames.length === 2 && c.seen.frames.length === 1);
        expect([a.seen.frames, b.seen.frames]).toEqual([['old', 'new'], []]);
        expect(c.seen.frames).toEqual(['to the new one']);
      });

      test('one under a key that its name no longer has is not heard, nor keeps the new one out', async () => {
        const { a, b } = await pair();
        const next = [...without(node2), await harness.successor(node2)];
        a.transport.setMembers(next);
        send(b.transport, node1, 'ghost');
        await harness.until(() => a.seen.drops.includes('unauthorized'));
        expect(a.seen.frames).toEqual([]);
        await b.transport.close();
        const c = await start(harness.open(node2, next));
        await harness.until(() => c.seen.links.length === 1);
        send(c.transport, node1, 'new');
        await harness.until(() => a.seen.frames.length > 0);
        expect(a.seen.frames).toEqual(['new']);
      });

      test('the same ones again change nothing', async () => {
        const { a, b } = await pair();
        for (let round = 0; round < 3; round++) {
          a.transport.setMembers(harness.members.map((member) => structuredClone(member)));
          send(a.transport, node2, `round ${round}`);
        }
        await harness.until(() => b.seen.frames.length === 3);
        expect([a.seen.links, a.seen.drops]).toEqual([['+node2'], []]);
      });

      test('what was said before start counts', async () => {
        const early = harness.open(node1, only(node1));
        early.setMembers(only(node1, node2));
        const a = await start(early);
        const b = await node(node2);
        await harness.until(() => a.seen.links.length === 1 && b.seen.links.length === 1);
      });

      test('changes in the middle of dialling and of sending harm nobody', async () => {
        const { a, b } = await pair();
        const big = new Uint8Array(1 << 20);
        for (let round = 0; round < 30; round++) {
          for (const lane of ['raft', 'bulk'] as const)
            for (let i = 0; i < 4; i++) a.transport.sendToPeer({ peer: node2, lane, frame: big });
          a.transport.setMembers(round % 2 === 0 ? only(node1, node3) : harness.members);
          if (round % 5 === 4) await harness.until(() => a.seen.links.at(-1) === '-node2');
        }
        a.transport.setMembers(harness.members);
        await harness.until(() => a.seen.links.at(-1) === '+node2');
        await harness.until(() => {
          send(a.transport, node2, 'after all');
          return b.seen.frames.includes('after all');
        });
        a.transport.setMembers(only(node1));
        await a.transport.close();
        a.transport.setMembers(harness.members);
        const again = await node(node1);
        await harness.until(() => again.seen.links.includes('+node2'));
        expect(a.seen.links.at(-1)).toBe('-node2');
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
