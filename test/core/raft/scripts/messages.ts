// One wording for the messages of both sides. Where the two name the same thing differently, the
// difference is settled here, once, and listed at the top of deviations.ts.

import type { Configuration, Entry } from '../../../../src/core/model/entry.ts';
import type { RaftMessage } from '../../../../src/core/raft/messages.ts';
import { type Flight, textOf } from '../cluster.ts';

/** A log that begins after a snapshot begins in etcd at term 1, here at term 0. */
function position(term: number | string, index: number | string): string {
  return Number(index) > 0 && Number(term) === 0 ? `1/${index}` : `${term}/${index}`;
}

export function wordEntry(entry: Entry): string {
  const { term, index, payload } = entry;
  if (payload.kind === 'configuration') return `${term}/${index} configuration`;
  return `${term}/${index} ${JSON.stringify(textOf(entry) ?? '')}`;
}

const entryPattern =
  /(\d+)\/(\d+) Entry(?:Normal ("(?:[^"\\]|\\.)*")|ConfChange(?:V2)?(?: [vlr]\d+)*)/g;

/**
 * Entries as etcd prints them: `1/12 EntryNormal "data"`, `1/13 EntryConfChange v2`. There a
 * configuration is told by its changes, here it is whole; what comes of it is compared where it is
 * applied.
 */
export function readEntries(text: string): readonly string[] {
  return [...text.matchAll(entryPattern)].map(
    ([, term, index, data]) => `${term}/${index} ${data ?? 'configuration'}`,
  );
}

export function wordMessage({ from, to, message }: Flight): string {
  return `${from}->${to} ${wordBody(message)}`;
}

function wordBody(message: RaftMessage): string {
  const term = `t${message.term}`;
  switch (message.kind) {
    case 'append': {
      const prev = position(message.prevTerm, message.prevIndex);
      return append(term, prev, {
        commit: message.commitIndex,
        entries: message.entries.map(wordEntry),
      });
    }
    case 'appended':
      if (message.success) return `appended ${term} to ${message.index}`;
      return refusal(term, message.index, position(message.hintTerm, message.hintIndex));
    case 'snapshot-ack':
      return `appended ${term} to ${message.index}`;
    case 'request-vote': {
      const last = position(message.lastTerm, message.lastIndex);
      return `${message.pre ? 'poll' : 'request-vote'} ${term} last ${last}`;
    }
    case 'vote':
      return `${message.pre ? 'poll' : 'vote'} ${message.granted ? 'granted' : 'refused'} ${term}`;
    case 'heartbeat':
      return `heartbeat ${term} commit ${message.commitIndex}`;
    case 'heartbeat-ack':
      return `heartbeat-ack ${term}`;
    case 'install-snapshot': {
      const { snapshotTerm, index, configuration } = message;
      return `snapshot ${term} of ${snapshotTerm}/${index} ${wordMembers(configuration)}`;
    }
    case 'timeout-now':
      return `timeout-now ${term}`;
  }
}

function append(
  term: string,
  prev: string,
  { commit, entries }: { commit: number | string; entries: readonly string[] },
): string {
  return `append ${term} after ${prev} commit ${commit} [${entries.join(', ')}]`;
}

function refusal(term: string, index: number | string, hint: string): string {
  return `refused ${term} after ${index}, try ${hint}`;
}

const messagePattern = /^(\w+)->(\w+) (Msg\w+) Term:(\d+) Log:(\d+)\/(\d+)(.*)$/;

/** A message as etcd prints it, on one line; null for what a member says to its own storage. */
export function readMessage(line: string): string | null {
  const match = messagePattern.exec(line);
  if (match === null) throw new Error(`not a message: ${line}`);
  const [, from = '', to = '', kind = '', term = '', logTerm = '', index = '', rest = ''] = match;
  if (kind.startsWith('MsgStorage')) return null;
  const promises = kind === 'MsgVoteResp' || (kind === 'MsgAppResp' && index !== '0');
  if (from === to && promises) return null;
  return `${from}->${to} ${readBody({ kind, term: `t${term}`, logTerm, index, rest })}`;
}

/** As etcd prints the configuration that a member switches to. */
export function wordConfiguration({ voters, votersOutgoing, learners }: Configuration): string {
  const outgoing = votersOutgoing.length > 0 ? `&&(${votersOutgoing.join(' ')})` : '';
  const learning = learners.length > 0 ? ` learners=(${learners.join(' ')})` : '';
  return `voters=(${voters.join(' ')})${outgoing}${learning}`;
}

/** As etcd prints the configuration of a snapshot. */
function wordMembers({ voters, votersOutgoing, learners }: Configuration): string {
  const [now, before, learn] = [voters, votersOutgoing, learners].map((set) => set.join(' '));
  return `Voters:[${now}] VotersOutgoing:[${before}] Learners:[${learn}]`;
}

const snapshotPattern = /Index:(\d+) Term:(\d+) ConfState:(.*) LearnersNext:\[\] AutoLeave:\w+$/;

interface Printed {
  readonly kind: string;
  readonly term: string;
  readonly logTerm: string;
  readonly index: string;
  readonly rest: string;
}

function readBody({ kind, term, logTerm, index, rest }: Printed): string {
  const last = position(logTerm, index);
  const commit = /Commit:(\d+)/.exec(rest)?.[1] ?? '0';
  const answer = rest.includes('Rejected') ? 'refused' : 'granted';
  const hasPosition = ['MsgApp', 'MsgAppResp', 'MsgVote', 'MsgPreVote'].includes(kind);
  if (!hasPosition && (last !== '0/0' || /Hint: [1-9]/.test(rest))) {
    throw new Error(`${kind} with a position in the log: ${last}${rest}`);
  }
  switch (kind) {
    case 'MsgApp':
      return append(term, last, { commit, entries: readEntries(rest) });
    case 'MsgAppResp': {
      const hint = /Rejected \(Hint: (\d+)\)/.exec(rest)?.[1];
      if (hint !== undefined) return refusal(term, index, position(logTerm, hint));
      if (logTerm !== '0') throw new Error(`an acknowledgement with a term of its log: ${last}`);
      return index === '0' ? `heartbeat-ack ${term}` : `appended ${term} to ${index}`;
    }
    case 'MsgVote':
      return `request-vote ${term} last ${last}`;
    case 'MsgPreVote':
      return `poll ${term} last ${last}`;
    case 'MsgVoteResp':
      return `vote ${answer} ${term}`;
    case 'MsgPreVoteResp':
      return `poll ${answer} ${term}`;
    case 'MsgHeartbeat':
      return `heartbeat ${term} commit ${commit}`;
    case 'MsgHeartbeatResp':
      return `heartbeat-ack ${term}`;
    case 'MsgSnap': {
      const [, at, of, members] = snapshotPattern.exec(rest) ?? [];
      return `snapshot ${term} of ${of}/${at} ${members}`;
    }
    case 'MsgTimeoutNow':
      return `timeout-now ${term}`;
    default:
      throw new Error(`a message of an unknown kind: ${kind}`);
  }
}
