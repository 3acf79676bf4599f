// A node that does what a test tells it: a real listening socket that decodes requests, asks a
// script for each answer, and records what came. Keys and addresses are real; everything behind
// them is the script.

import { curveKeyPair, Reply as ReplySocket, Router } from 'zeromq';
import type { NodeAddress } from '../../src/client/api.ts';
import { clusterId } from '../../src/core/model/ids.ts';
import type { Reply, Request, Result } from '../../src/core/model/operation.ts';
import { decodeRequests, encodeReplies } from '../../src/wire/client-frame.ts';

export const testCluster = clusterId('00000000-0000-4000-8000-00000000c1d5');

/** null: no answer now. */
export type Script = (request: Request, node: FakeNode) => Result | null;

/**
 * A loopback address of this process alone: the port that a stopped node leaves is nobody's, and not
 * some other test's by the time a client dials it. (Elsewhere than on Linux only 127.0.0.1 is there.)
 */
const host = process.platform === 'linux' ? loopbackOf(process.pid) : '127.0.0.1';

function loopbackOf(pid: number): string {
  return `127.${1 + ((pid >> 16) & 127)}.${(pid >> 8) & 255}.${pid & 255}`;
}

export class FakeNode {
  readonly name: string;
  readonly requests: Request[] = [];
  /** How many requests each frame held. */
  readonly frames: number[] = [];
  script: Script;
  readonly #keys = curveKeyPair();
  #socket: Router | null = null;
  #address = `tcp://${host}:0`;
  #lastClient: Buffer | null = null;

  constructor(name: string, script: Script) {
    this.name = name;
    this.script = script;
  }

  get address(): NodeAddress {
    return { node: this.name, address: this.#address, publicKey: this.#keys.publicKey };
  }

  /** Requests of one kind. */
  of(kind: Request['operation']['kind']): Request[] {
    return this.requests.filter(({ operation }) => operation.kind === kind);
  }

  async start(options: { zapDomain?: string } = {}): Promise<this> {
    const socket = new Router({
      curveServer: true,
      curveSecretKey: this.#keys.secretKey,
      linger: 0,
      mandatory: true,
      ...options,
    });
    await socket.bind(this.#address);
    this.#address = socket.lastEndpoint ?? this.#address;
    this.#socket = socket;
    this.#serve(socket).catch(() => undefined);
    return this;
  }

  /**
   * As if killed: the connection dies, nothing is answered any more. Resolves when the port is
   * free.
   */
  async stop(): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    const end = new Promise<void>((resolve) => socket.events.on('end', () => resolve()));
    socket.close();
    await end;
  }

  /** Answers later, to the client that spoke last, in one frame. */
  answer(requests: readonly Request[], result: Result): void {
    this.#send(requests.map(({ id }) => ({ id, result })));
  }

  /** Sends bytes that the client did not expect. */
  sendRaw(frame: Uint8Array): void {
    if (this.#lastClient !== null) void this.#socket?.send([this.#lastClient, frame]);
  }

  async #serve(socket: Router): Promise<void> {
    for await (const [client, frame] of socket) {
      if (client === undefined || frame === undefined) continue;
      this.#lastClient = client;
      const decoded = decodeRequests(frame, { clusterId: testCluster });
      if (decoded.kind === 'dropped') throw new Error(`dropped: ${decoded.detail}`);
      this.frames.push(decoded.requests.length);
      this.#send(decoded.requests.flatMap((request) => this.#reply(request)));
    }
  }

  #reply(request: Request): Reply[] {
    this.requests.push(request);
    const result = this.script(request, this);
    return result === null ? [] : [{ id: request.id, result }];
  }

  #send(replies: readonly Reply[]): void {
    if (replies.length === 0 || this.#lastClient === null) return;
    this.sendRaw(encodeReplies({ clusterId: testCluster, replies }));
  }
}

/** Refuses every key of its domain; returns how to stop it. */
export function refuseAllKeys(): () => void {
  const socket = new ReplySocket({ linger: 0 });
  socket.bindSync('inproc://zeromq.zap.01');
  const serve = async (): Promise<void> => {
    for await (const [, id] of socket) await socket.send(['1.0', id ?? '', '400', 'no', '', '']);
  };
  serve().catch(() => undefined);
  return () => socket.close();
}
