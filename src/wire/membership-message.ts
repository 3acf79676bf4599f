// What failure detectors say to each other, as positional lists.

import type { MembershipMessage, Rumour } from '../core/membership/messages.ts';
import { type MemberIncarnation, memberIncarnation } from '../core/model/ids.ts';
import {
  type Fields,
  listReader,
  membersMax,
  readCount,
  readFields,
  readFlag,
  readNode,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { membershipKinds, rumourNumbers, wordReader } from './numbers.ts';

/** Starts are 32 bits, refutations of one start 20: a greater number could not be refuted. */
const incarnationMax = 2 ** 52;

const readState = wordReader(rumourNumbers, 'rumour');
const readRumours = listReader('rumours', membersMax, readRumour);

export function membershipFields(message: MembershipMessage): Fields {
  const { incarnation } = message;
  const said = [incarnation, message.rumours.map(rumourFields)];
  const number = membershipKinds[message.kind];
  switch (message.kind) {
    case 'ping-request':
      return [number, ...said, message.sequence, message.target];
    case 'sync':
      return [number, ...said, message.wantsAnswer];
    default:
      return [number, ...said, message.sequence];
  }
}

export function readMembershipMessage(value: unknown): MembershipMessage {
  const fields = readFields(value, 4, 'membership message');
  const said = { incarnation: readMemberIncarnation(fields[1]), rumours: readRumours(fields[2]) };
  switch (fields[0]) {
    case membershipKinds.ping:
      return { kind: 'ping', ...said, sequence: readSequence(fields[3]) };
    case membershipKinds['ping-request']: {
      const [sequence, target] = [readSequence(fields[3]), readNode(fields[4])];
      return { kind: 'ping-request', ...said, sequence, target };
    }
    case membershipKinds.ack:
      return { kind: 'ack', ...said, sequence: readSequence(fields[3]) };
    case membershipKinds.nack:
      return { kind: 'nack', ...said, sequence: readSequence(fields[3]) };
    case membershipKinds.sync:
      return { kind: 'sync', ...said, wantsAnswer: readFlag(fields[3], 'wantsAnswer') };
    default:
      return malformed('membership message', 'a known number', fields[0]);
  }
}

function rumourFields({ node, state, incarnation, by }: Rumour): Fields {
  return [node, rumourNumbers[state], incarnation, by];
}

function readRumour(value: unknown): Rumour {
  const fields = readFields(value, 4, 'rumour');
  return {
    node: readNode(fields[0]),
    state: readState(fields[1]),
    incarnation: readMemberIncarnation(fields[2]),
    by: readNode(fields[3]),
  };
}

function readMemberIncarnation(value: unknown): MemberIncarnation {
  const number = readCount(value, 'incarnation of a member');
  if (number >= incarnationMax) return malformed('incarnation of a member', 'below 2^52', number);
  return memberIncarnation(number);
}

function readSequence(value: unknown): number {
  return readCount(value, 'sequence');
}
