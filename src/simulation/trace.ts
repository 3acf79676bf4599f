// The transcript of a run: one line for each fault, each start and end of a process, and each step
// of a node: what came in, and what it wanted done. Byte for byte the same on every platform; its
// fingerprint is taken whether or not anybody reads it. Ticks of a node and the messages that it
// sends have no line (the receiver's line has them), but they are in the fingerprint.
//
//   120 node2 < g3 append t2 14.2 +1 c14 from node1
//   120 node2 > persist 31 (2), 1 messages

import type { Input, Ready } from '../core/contract.ts';
import type { MembershipMessage } from '../core/membership/messages.ts';
import type { PeerMessage } from '../core/messages.ts';
import type { Reply, Request } from '../core/model/operation.ts';
import type { Recovered } from '../core/model/records.ts';
import type { RaftMessage } from '../core/raft/messages.ts';
import { Fingerprint } from './fingerprint.ts';
import type { End, MachineView, Observer } from './observation.ts';
import type { PlannedFault } from './plan.ts';

export class Trace implements Observer {
  readonly #fingerprint = new Fingerprint();
  readonly #write: ((line: string) => void) | undefined;
  readonly #now: () => number;

  constructor(options: { now: () => number; write?: ((line: string) => void) | undefined }) {
    this.#now = options.now;
    this.#write = options.write;
  }

  get hash(): string {
    return this.#fingerprint.digits;
  }

  onBirth({ name, incarnation }: MachineView, { groups }: Recovered): void {
    const entries = groups.reduce((sum, group) => sum + group.entries.length, 0);
    this.line(`${name} starts ${incarnation}: ${groups.length} groups, ${entries} entries`);
  }

  onEnd({ name }: MachineView, how: End): void {
    this.line(`${name} ends: ${how}`);
  }

  onRefused({ name, refusal }: MachineView): void {
    this.line(`${name} refuses to start: ${refusal}`);
  }

  onInput({ name }: MachineView, input: Input): void {
    if (input.kind === 'tick') this.#fingerprint.mix(input.ticks, input.wallMs);
    else this.line(`${name} < ${wordsOfInput(input)}`);
  }

  onReady({ name }: MachineView, ready: Ready): void {
    const words = wordsOfReady(ready);
    if (words.length > 0) this.line(`${name} > ${words.join(', ')}`);
  }

  onFault({ id, fault }: PlannedFault, phase: 'start' | 'end'): void {
    this.line(`fault ${id} ${phase} ${JSON.stringify(fault)}`);
  }

  onDrop({ name }: MachineView, reason: string): void {
    this.line(`${name} drops: ${reason}`);
  }

  onCalm(): void {
    this.line('calm');
  }

  line(text: string): void {
    const line = `${this.#now()} ${text}`;
    this.#fingerprint.add(line);
    this.#write?.(line);
  }
}

function wordsOfInput(input: Exclude<Input, { kind: 'tick' }>): string {
  switch (input.kind) {
    case 'message':
      return `${wordsOfMessage(input.message)} from ${input.from}`;
    case 'request':
      return `${wordsOfRequest(input.request)} from ${input.connection}`;
    case 'persisted':
    case 'state-saved':
      return `${input.kind} ${input.number}`;
    case 'peer-up':
    case 'peer-down':
      return `${input.kind} ${input.peer}`;
    default:
      return input.kind;
  }
}

function wordsOfReady(ready: Ready): readonly string[] {
  const { persist, state, messages, replies, addressBook, events } = ready;
  const words: string[] = [];
  for (const { group, life } of persist?.drops ?? []) words.push(`drop g${group} (${life})`);
  if (addressBook !== null) {
    words.push(`members ${addressBook.members.map(({ node }) => node).join(' ')}`);
  }
  if (persist !== null) words.push(`persist ${persist.number} (${persist.records.length})`);
  if (state !== null) words.push(`save ${state.number}${state.sync ? ' synced' : ''}`);
  if (messages.length > 0) words.push(`${messages.length} messages`);
  for (const { reply } of replies) words.push(wordsOfReply(reply));
  for (const { kind, group, detail } of events) {
    words.push(`[${kind} g${group ?? '-'} ${JSON.stringify(detail)}]`);
  }
  return words;
}

function wordsOfMessage(message: PeerMessage): string {
  switch (message.kind) {
    case 'group':
      return `g${message.group} ${wordsOfRaft(message.message)}`;
    case 'forward':
      return `forward ${wordsOfRequest(message.request)}`;
    case 'forwarded':
      return `forwarded ${wordsOfReply(message.reply)}`;
    case 'propose-merge':
      return `propose-merge g${message.group} +${message.writes.length}`;
    case 'propose-watermark':
      return `propose-watermark g${message.group} ${message.index}`;
    case 'membership':
      return wordsOfMembership(message.message);
    case 'address-book':
      return `address-book ${message.index} (${message.members.length})`;
    case 'ask-standing':
    case 'not-a-member':
      return `${message.kind} g${message.group} #${message.question}`;
    case 'ask-release':
      return `ask-release g${message.group} +${message.pending.length}`;
    case 'released':
      return `released g${message.group} +${message.merged.length} ${message.released}`;
    case 'report-released':
      return `report-released ${message.node} g${message.groups.join()}`;
    default:
      return message.kind;
  }
}

function wordsOfMembership(message: MembershipMessage): string {
  const number = message.kind === 'sync' ? '' : ` #${message.sequence}`;
  const target = message.kind === 'ping-request' ? ` ${message.target}` : '';
  return `${message.kind}${number}${target} +${message.rumours.length}`;
}

function wordsOfRaft(message: RaftMessage): string {
  const head = `${message.kind} t${message.term}`;
  switch (message.kind) {
    case 'request-vote':
      return `${head} ${message.lastIndex}.${message.lastTerm}${message.pre ? ' pre' : ''}`;
    case 'vote':
      return `${head} ${message.granted ? 'yes' : 'no'}${message.pre ? ' pre' : ''}`;
    case 'append': {
      const { prevIndex, prevTerm, entries, commitIndex } = message;
      return `${head} ${prevIndex}.${prevTerm} +${entries.length} c${commitIndex}`;
    }
    case 'appended':
      return `${head} ${message.index}${message.success ? '' : ' no'}`;
    case 'heartbeat':
      return `${head} c${message.commitIndex} r${message.readRound}`;
    case 'heartbeat-ack':
      return `${head} a${message.appliedIndex} r${message.readRound}`;
    case 'install-snapshot':
      return `${head} ${message.index} ${message.chunk}/${message.chunks}`;
    case 'snapshot-ack':
      return `${head} ${message.index} ${message.nextChunk}`;
    default:
      return head;
  }
}

function wordsOfRequest({ id, operation, consistency, session }: Request): string {
  const key = 'key' in operation ? ` ${operation.key}` : '';
  return `${operation.kind} #${id}${key} at ${consistency} s${session?.seq ?? '-'}`;
}

function wordsOfReply({ id, result }: Reply): string {
  if (result.kind === 'refused') return `#${id} refused ${result.refusal.reason}`;
  return `#${id} ${result.kind}`;
}
