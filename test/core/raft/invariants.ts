// The four safety properties of Raft (paper, figure 3) and two promises of this implementation,
// checked after every step of a random run: answers are durable before they are sent, and a
// confirmed read is not stale.

import type { Entry } from '../../../src/core/model/entry.ts';
import { logIndex, type NodeId } from '../../../src/core/model/ids.ts';
import { type Cluster, type Flight, type Member, textOf } from './cluster.ts';

export class Invariants {
  readonly #cluster: Cluster;
  readonly #leaders = new Map<number, NodeId>();
  readonly #entries = new Map<string, string>();
  /** Term of every index known to be committed. */
  readonly #committed = new Map<number, number>();
  #maxCommitted = 0;
  /** The longest sequence of commands that any state machine has applied. */
  #applied: readonly string[] = [];
  readonly #appliedSeen = new Map<NodeId, string[]>();
  /** For each read under way: what was committed anywhere when it was asked. */
  readonly #reads = new Map<string, number>();
  #sentSeen = 0;
  readsChecked = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.observe = (member) => this.#check(member);
  }

  get committed(): number {
    return this.#maxCommitted;
  }

  get terms(): number {
    return this.#leaders.size;
  }

  readAsked(member: Member, ticket: number): void {
    this.#reads.set(`${member.name}/${ticket}`, this.#maxCommitted);
  }

  #check(member: Member): void {
    this.#logMatching(member, 6);
    this.#electionSafety(member);
    this.#commitment(member);
    this.#stateMachineSafety(member);
    this.#reading(member);
    for (; this.#sentSeen < this.#cluster.sent.length; this.#sentSeen++) {
      this.#durability(this.#cluster.sent[this.#sentSeen]);
    }
  }

  /**
   * "at most one leader can be elected in a given term" and, for a new one, leader completeness.
   */
  #electionSafety(member: Member): void {
    if (!member.raft.isLeader) return;
    const { term } = member.raft;
    const known = this.#leaders.get(term);
    must(known === undefined || known === member.name, () => `two leaders in term ${term}`);
    if (known !== undefined) return;
    this.#leaders.set(term, member.name);
    this.#leaderCompleteness(member);
  }

  /**
   * "a log entry committed in a given term … will be present in the logs of the leaders for all
   * higher terms"
   */
  #leaderCompleteness(member: Member): void {
    this.#logMatching(member, Number.MAX_SAFE_INTEGER);
    const { start, term } = member.raft.view();
    for (const [index, committedTerm] of this.#committed) {
      if (index <= start.index || committedTerm >= term) continue;
      const found = member.raft.termAt(logIndex(index));
      must(found === committedTerm, () => `the leader of ${term} lacks ${index}@${committedTerm}`);
    }
  }

  /**
   * "if two logs contain an entry with the same index and term, then the logs are identical … up to
   * it"
   */
  #logMatching(member: Member, tail: number): void {
    const { lastIndex } = member.raft.view();
    const from = logIndex(Math.max(1, lastIndex - tail));
    for (const entry of member.raft.entriesBetween(from, lastIndex)) {
      const before = member.raft.termAt(logIndex(entry.index - 1));
      const key = `${entry.index}@${entry.term}`;
      const content = `${before} ${describe(entry)}`;
      const known = this.#entries.get(key);
      if (known === undefined) this.#entries.set(key, content);
      else must(content === known, () => `${key}: ${content} and ${known}`);
    }
  }

  #commitment(member: Member): void {
    const { commitIndex } = member.raft.view();
    for (let index = commitIndex; index > 0; index = logIndex(index - 1)) {
      const term = member.raft.termAt(index);
      if (term === undefined) break;
      const known = this.#committed.get(index);
      if (known !== undefined) {
        must(term === known, () => `${index} committed as ${known} and as ${term}`);
        break;
      }
      this.#committed.set(index, term);
    }
    this.#maxCommitted = Math.max(this.#maxCommitted, commitIndex);
  }

  /** "no other server will ever apply a different log entry for the same index" */
  #stateMachineSafety(member: Member): void {
    const { applied } = member;
    const same = this.#appliedSeen.get(member.name) === applied;
    const from = same ? Math.max(0, applied.length - 50) : 0;
    const common = Math.min(applied.length, this.#applied.length);
    for (let i = from; i < common; i++) {
      must(applied[i] === this.#applied[i], () => `command ${i} of ${member.name} differs`);
    }
    if (applied.length > this.#applied.length) this.#applied = [...applied];
    this.#appliedSeen.set(member.name, applied);
  }

  #reading(member: Member): void {
    for (const { ticket, index } of member.reads.splice(0)) {
      const asked = this.#reads.get(`${member.name}/${ticket}`);
      if (asked === undefined) continue;
      must(index >= asked, () => `a read at ${index} is stale: ${asked} was committed`);
      this.readsChecked++;
    }
  }

  /** A crash right after the sending takes nothing back. */
  #durability(flight: Flight | undefined): void {
    if (flight === undefined) return;
    const { from, to, message } = flight;
    const { disk } = this.#cluster.member(from);
    if (message.kind === 'vote' && message.granted && !message.pre) {
      const { term, votedFor } = disk.hardState;
      const durable = term > message.term || (term === message.term && votedFor === to);
      must(durable, () => `the vote of ${from} for ${to} is not durable`);
    }
    if (message.kind === 'appended' && message.success) {
      const last = disk.start.index + disk.entries.length;
      const { term } = disk.hardState;
      const durable = term > message.term || (term === message.term && last >= message.index);
      must(durable, () => `the acknowledgement of ${from} for ${message.index} is not durable`);
    }
    if (message.kind === 'request-vote' && !message.pre) {
      must(disk.hardState.term >= message.term, () => `the candidacy of ${from} is not durable`);
    }
  }
}

function describe(entry: Entry): string {
  const { payload } = entry;
  if (payload.kind === 'configuration') return JSON.stringify(payload.configuration);
  return textOf(entry) ?? payload.kind;
}

function must(condition: boolean, otherwise: () => string): void {
  if (!condition) throw new Error(otherwise());
}
