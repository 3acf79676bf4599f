// What the node wants said, gathered during a step and handed to the host by takeReady.

import type { PeerEnvelope, PeerMessage } from '../messages.ts';
import type { ConnectionId, GroupId, NodeId } from '../model/ids.ts';
import type { Reply } from '../model/operation.ts';
import type { NodeEvent } from '../model/records.ts';

export interface ClientReply {
  readonly connection: ConnectionId;
  readonly reply: Reply;
}

export class Outbox {
  #messages: PeerEnvelope[] = [];
  #replies: ClientReply[] = [];
  #events: NodeEvent[] = [];

  get isEmpty(): boolean {
    return this.#messages.length + this.#replies.length + this.#events.length === 0;
  }

  /** Snapshot chunks go by the bulk lane, so that no heartbeat waits behind them. */
  send(to: NodeId, message: PeerMessage): void {
    const bulk = message.kind === 'group' && message.message.kind === 'install-snapshot';
    this.#messages.push({ to, lane: bulk ? 'bulk' : 'raft', message });
  }

  reply(connection: ConnectionId, reply: Reply): void {
    this.#replies.push({ connection, reply });
  }

  event(kind: string, group: GroupId | null, detail: NodeEvent['detail']): void {
    this.#events.push({ kind, group, detail });
  }

  take(): { messages: PeerEnvelope[]; replies: ClientReply[]; events: NodeEvent[] } {
    const taken = { messages: this.#messages, replies: this.#replies, events: this.#events };
    this.#messages = [];
    this.#replies = [];
    this.#events = [];
    return taken;
  }
}
