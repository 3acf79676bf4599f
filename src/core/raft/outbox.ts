// What a group has to say: messages that may leave at once, messages held until a persist is
// confirmed, and the fate of reads. Acknowledgements that wait for the same persist melt into one.

import type { LogIndex, NodeId } from '../model/ids.ts';
import type { Envelope } from './contract.ts';
import type { RaftMessage } from './messages.ts';

interface Held {
  readonly number: number;
  readonly envelope: Envelope;
}

export interface ReadAnswer {
  readonly ticket: number;
  readonly index: LogIndex;
}

const none: readonly never[] = [];

export class Outbox {
  #messages: Envelope[] = [];
  #held: Held[] = [];
  #reads: ReadAnswer[] = [];
  #lostReads: number[] = [];

  get isEmpty(): boolean {
    return this.#messages.length === 0 && this.#reads.length === 0 && this.#lostReads.length === 0;
  }

  send(to: NodeId, message: RaftMessage): void {
    this.#messages.push({ to, message });
  }

  /** Holds the message until `release` reaches `number`. */
  hold(number: number, envelope: Envelope): void {
    const last = this.#held.at(-1);
    if (last?.number === number && supersedes(envelope, last.envelope)) this.#held.pop();
    this.#held.push({ number, envelope });
  }

  /** Lets go of everything that waited for a persist up to `confirmed`. */
  release(confirmed: number): void {
    if (this.#held.length === 0) return;
    const still: Held[] = [];
    for (const held of this.#held) {
      if (held.number <= confirmed) this.#messages.push(held.envelope);
      else still.push(held);
    }
    this.#held = still;
  }

  confirmRead(answer: ReadAnswer): void {
    this.#reads.push(answer);
  }

  loseRead(ticket: number): void {
    this.#lostReads.push(ticket);
  }

  takeMessages(): readonly Envelope[] {
    if (this.#messages.length === 0) return none;
    const taken = this.#messages;
    this.#messages = [];
    return taken;
  }

  takeReads(): readonly ReadAnswer[] {
    if (this.#reads.length === 0) return none;
    const taken = this.#reads;
    this.#reads = [];
    return taken;
  }

  takeLostReads(): readonly number[] {
    if (this.#lostReads.length === 0) return none;
    const taken = this.#lostReads;
    this.#lostReads = [];
    return taken;
  }
}

/**
 * A later acknowledgement of at least as much, to the same leader in the same term, says it all.
 */
function supersedes(later: Envelope, earlier: Envelope): boolean {
  const [a, b] = [later.message, earlier.message];
  if (a.kind !== 'appended' || b.kind !== 'appended' || later.to !== earlier.to) return false;
  return a.success && b.success && a.term === b.term && a.index >= b.index;
}
