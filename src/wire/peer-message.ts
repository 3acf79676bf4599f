// Everything that one node says to another, as positional lists.

import type { PeerMessage } from '../core/messages.ts';
import { limits } from '../core/model/limits.ts';
import { readKeptTentative, tentativeFields } from './command.ts';
import {
  type Fields,
  listReader,
  readFields,
  readGroup,
  readIncarnation,
  readIndex,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { readStorageId } from './member.ts';
import { membershipFields, readMembershipMessage } from './membership-message.ts';
import { peerKinds } from './numbers.ts';
import { raftFields, readRaftMessage } from './raft-message.ts';
import { readReply, replyFields } from './reply.ts';
import { readRequest, requestFields } from './request.ts';

const readWrites = listReader('writes', limits.journalWritesMax, readKeptTentative);

export function peerFields(message: PeerMessage): Fields {
  const number = peerKinds[message.kind];
  switch (message.kind) {
    case 'group':
      return [number, message.group, raftFields(message.message)];
    case 'alive':
      return [number];
    case 'forward':
      return [number, requestFields(message.request)];
    case 'forwarded':
      return [number, replyFields(message.reply)];
    case 'propose-merge':
      return [number, message.group, message.writes.map(tentativeFields)];
    case 'propose-watermark':
      return [number, message.group, message.incarnation, message.index];
    case 'announce-start':
      return [number, message.incarnation, message.storageId];
    case 'membership':
      return [number, membershipFields(message.message)];
  }
}

export function readPeerMessage(value: unknown): PeerMessage {
  const fields = readFields(value, 1, 'message');
  switch (fields[0]) {
    case peerKinds.group:
      return {
        kind: 'group',
        group: readGroup(fields[1]),
        message: readRaftMessage(fields[2]),
      };
    case peerKinds.alive:
      return { kind: 'alive' };
    case peerKinds.forward:
      return { kind: 'forward', request: readRequest(fields[1]) };
    case peerKinds.forwarded:
      return { kind: 'forwarded', reply: readReply(fields[1]) };
    case peerKinds['propose-merge']: {
      const writes = readWrites(fields[2]);
      return { kind: 'propose-merge', group: readGroup(fields[1]), writes };
    }
    case peerKinds['propose-watermark']: {
      const [group, incarnation] = [readGroup(fields[1]), readIncarnation(fields[2])];
      return { kind: 'propose-watermark', group, incarnation, index: readIndex(fields[3]) };
    }
    case peerKinds['announce-start']:
      return {
        kind: 'announce-start',
        incarnation: readIncarnation(fields[1]),
        storageId: readStorageId(fields[2]),
      };
    case peerKinds.membership:
      return { kind: 'membership', message: readMembershipMessage(fields[1]) };
    default:
      return malformed('message', 'a known number', fields[0]);
  }
}
