// Everything that one node says to another, as positional lists.

import type {
  AskRelease,
  AskStanding,
  NotAMember,
  PeerMessage,
  Released,
  ReportReleased,
} from '../core/messages.ts';
import { limits } from '../core/model/limits.ts';
import { readKeptTentative, tentativeFields } from './command.ts';
import {
  type Fields,
  listMax,
  listReader,
  readCount,
  readFields,
  readFlag,
  readGroup,
  readGroups,
  readIncarnation,
  readIndex,
  readNode,
  readOldFeatureLevel,
  readOptional,
  readTerm,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { memberFields, readMembers, readStorageId } from './member.ts';
import { membershipFields, readMembershipMessage } from './membership-message.ts';
import { peerKinds } from './numbers.ts';
import { raftFields, readRaftMessage } from './raft-message.ts';
import { readReply, replyFields } from './reply.ts';
import { readRequest, requestFields } from './request.ts';
import { dotFields, readDot } from './version.ts';

const readWrites = listReader('writes', limits.journalWritesMax, readKeptTentative);
type StandingMessage = AskStanding | NotAMember | AskRelease | Released | ReportReleased;

const readEpoch = (value: unknown): number => readCount(value, 'epoch');
const readDots = listReader('dots', listMax, readDot);

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
      return [number, message.incarnation, message.storageId, message.featureLevel];
    case 'membership':
      return [number, membershipFields(message.message)];
    case 'address-book': {
      const { index, members, removed } = message;
      return [number, index, members.map(memberFields), removed.map(memberFields)];
    }
    default:
      return standingFields(message);
  }
}

/** What replicas that are no more, their leaders and the control group say to each other. */
function standingFields(message: StandingMessage): Fields {
  const number = peerKinds[message.kind];
  switch (message.kind) {
    case 'ask-standing':
      return [number, message.group, message.question];
    case 'not-a-member':
      return [number, message.group, message.question, message.index, message.term];
    case 'ask-release':
      return [number, message.group, message.pending.map(dotFields)];
    case 'released':
      return [number, message.group, message.merged.map(dotFields), message.released];
    case 'report-released':
      return [number, message.node, message.groups, message.epoch];
  }
}

export function readPeerMessage(value: unknown): PeerMessage {
  const fields = readFields(value, 1, 'message');
  switch (fields[0]) {
    case peerKinds.group: {
      const [group, message] = [readGroup(fields[1]), readRaftMessage(fields[2])];
      return { kind: 'group', group, message };
    }
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
        featureLevel: readOldFeatureLevel(fields[3]),
      };
    case peerKinds.membership:
      return { kind: 'membership', message: readMembershipMessage(fields[1]) };
    case peerKinds['address-book']: {
      const [members, removed] = [readMembers(fields[2]), readMembers(fields[3])];
      return { kind: 'address-book', index: readIndex(fields[1]), members, removed };
    }
    default:
      return readStanding(fields);
  }
}

function readStanding(fields: Fields): StandingMessage {
  switch (fields[0]) {
    case peerKinds['ask-standing']: {
      const [group, question] = [readGroup(fields[1]), readQuestion(fields[2])];
      return { kind: 'ask-standing', group, question };
    }
    case peerKinds['not-a-member']: {
      const [group, question] = [readGroup(fields[1]), readQuestion(fields[2])];
      const [index, term] = [readIndex(fields[3]), readTerm(fields[4])];
      return { kind: 'not-a-member', group, question, index, term };
    }
    case peerKinds['ask-release']:
      return { kind: 'ask-release', group: readGroup(fields[1]), pending: readDots(fields[2]) };
    case peerKinds.released: {
      const [group, merged] = [readGroup(fields[1]), readDots(fields[2])];
      return { kind: 'released', group, merged, released: readFlag(fields[3], 'released') };
    }
    case peerKinds['report-released']: {
      const [node, groups] = [readNode(fields[1]), readGroups(fields[2])];
      // Of no departure, when an older build does not say of which.
      const epoch = readOptional(fields[3], readEpoch) ?? 0;
      return { kind: 'report-released', node, groups, epoch };
    }
    default:
      return malformed('message', 'a known number', fields[0]);
  }
}

function readQuestion(value: unknown): number {
  return readCount(value, 'question');
}
