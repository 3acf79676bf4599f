// Packs what a turn of the loop produced into as few frames as possible: one per peer and lane, one
// per client connection, cut at `frameCutBytes` so that no frame comes near the limit.

import type { PeerEnvelope, PeerMessage } from '../core/messages.ts';
import type { ControlRow } from '../core/model/control-row.ts';
import type { ConnectionId, Lane, NodeId } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import type { Reply, Result } from '../core/model/operation.ts';

/** A frame is sent once it holds about this much; a single larger message still travels alone. */
const frameCutBytes = 64 << 10;

export interface PeerBatch {
  readonly peer: NodeId;
  readonly lane: Lane;
  readonly messages: PeerMessage[];
}

export interface ReplyBatch {
  readonly connection: ConnectionId;
  readonly replies: Reply[];
}

export function packMessages(envelopes: readonly PeerEnvelope[]): PeerBatch[] {
  const batches: PeerBatch[] = [];
  const open = new Map<string, { batch: PeerBatch; bytes: number }>();
  for (const { to, lane, message } of envelopes) {
    const name = `${lane} ${to}`;
    let slot = open.get(name);
    if (!slot || slot.bytes >= frameCutBytes) {
      slot = { batch: { peer: to, lane, messages: [] }, bytes: 0 };
      open.set(name, slot);
      batches.push(slot.batch);
    }
    slot.batch.messages.push(message);
    slot.bytes += weightOf(message);
  }
  return batches;
}

export function packReplies(
  replies: readonly { readonly connection: ConnectionId; readonly reply: Reply }[],
): ReplyBatch[] {
  const batches: ReplyBatch[] = [];
  const open = new Map<ConnectionId, { batch: ReplyBatch; bytes: number }>();
  for (const { connection, reply } of replies) {
    let slot = open.get(connection);
    if (!slot || slot.bytes >= frameCutBytes) {
      slot = { batch: { connection, replies: [] }, bytes: 0 };
      open.set(connection, slot);
      batches.push(slot.batch);
    }
    slot.batch.replies.push(reply);
    slot.bytes += weightOfResult(reply.result);
  }
  return batches;
}

const memberBytes = 256;

/** Roughly the bytes of a message; exact only for what can be large. */
function weightOf(message: PeerMessage): number {
  switch (message.kind) {
    case 'group': {
      const inner = message.message;
      if (inner.kind === 'install-snapshot') return limits.snapshotChunkBytes;
      if (inner.kind !== 'append') return 32;
      return inner.entries.reduce((sum, entry) => sum + entry.size, 32);
    }
    case 'forward': {
      const { operation } = message.request;
      return 128 + (operation.kind === 'put' ? operation.value.length : 0);
    }
    case 'forwarded':
      return weightOfResult(message.reply.result);
    case 'membership':
      return 32 + 64 * message.message.rumours.length;
    case 'address-book':
      return 32 + memberBytes * (message.members.length + message.removed.length);
    case 'ask-release':
      return 32 + 32 * message.pending.length;
    case 'released':
      return 32 + 32 * message.merged.length;
    case 'propose-merge':
      return message.writes.reduce((sum, write) => sum + 128 + (write.value?.length ?? 0), 0);
    default:
      return 32;
  }
}

function weightOfResult(result: Result): number {
  if (result.kind === 'read') return 96 + (result.value?.length ?? 0);
  if (result.kind === 'scanned') return limits.scanBytesMax;
  if (result.kind === 'control') return weightOfRow(result.row);
  return 128;
}

function weightOfRow({ members, removed, placement }: ControlRow): number {
  const names = placement.reduce((count, nodes) => count + nodes.length, 0);
  return memberBytes * (members.length + removed.length) + 16 * names;
}
