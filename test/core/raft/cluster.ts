// A deterministic cluster of one group in memory: virtual ticks, a network that may lose, repeat
// and reorder, disks that forget what was not confirmed, and state machines that are lists of
// texts. For tests only.

import { expect } from 'vitest';
import type { Command } from '../../../src/core/model/command.ts';
import type { Configuration, Entry } from '../../../src/core/model/entry.ts';
import { logIndex, type NodeId, nodeId, term } from '../../../src/core/model/ids.ts';
import { type Random, seededRandom } from '../../../src/core/model/random.ts';
import type { ItemRow, Snapshot, StateRow } from '../../../src/core/model/state.ts';
import { zeroTimestamp } from '../../../src/core/model/version.ts';
import type { RaftOutput, RaftPersist } from '../../../src/core/raft/contract.ts';
import type { RaftMessage } from '../../../src/core/raft/messages.ts';
import { Raft } from '../../../src/core/raft/raft.ts';
import { type Disk, emptyDisk, lastOf, persist, textsOf } from './disk.ts';

/** A command that is recognised by its text. */
export function command(text: string): Command {
  return {
    kind: 'merge',
    write: {
      dot: { origin: text as never, counter: 1 },
      key: text,
      value: null,
      context: {},
      hlc: zeroTimestamp,
      appliedAt: logIndex(0),
    },
  };
}

export function textOf(entry: Entry): string | null {
  if (entry.payload.kind !== 'command' || entry.payload.command.kind !== 'merge') return null;
  return entry.payload.command.write.key;
}

export function entry(index: number, ofTerm: number, text = `${index}@${ofTerm}`): Entry {
  return {
    index: logIndex(index),
    term: term(ofTerm),
    payload: { kind: 'command', command: command(text) },
    size: 10,
  };
}

export function voters(...names: string[]): Configuration {
  return { voters: names.map(nodeId).sort(), votersOutgoing: [], learners: [] };
}

export interface Flight {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: RaftMessage;
}

export interface Member {
  readonly name: NodeId;
  disk: Disk;
  raft: Raft;
  alive: boolean;
  /** The state machine: the texts applied so far, and where the log stands. */
  applied: string[];
  appliedIndex: number;
  /** In force at the applied index. */
  configuration: Configuration;
  /** Handed out and not yet confirmed. */
  writes: RaftPersist[];
  reads: { ticket: number; index: number; appliedIndex: number }[];
  lostReads: number[];
}

export interface ClusterOptions {
  readonly names?: readonly string[];
  readonly configuration?: Configuration;
  readonly seed?: string;
  /** Rows of a snapshot per chunk. */
  readonly chunkRows?: number;
  readonly disks?: Readonly<Record<string, Disk>>;
}

export class Cluster {
  readonly members = new Map<NodeId, Member>();
  readonly random: Random;
  network: Flight[] = [];
  /** Directed links that lose everything: `a>b`. */
  readonly cuts = new Set<string>();
  /** Chance that a message is lost, or comes twice. */
  loss = 0;
  repetition = 0;
  /** Every message is offered to this first; false loses it. */
  filter: (flight: Flight) => boolean = () => true;
  /** Writes are confirmed at once; else by `confirmWrites`. */
  instantDisk = true;
  readonly sent: Flight[] = [];
  snapshotsInstalled = 0;
  entriesOverwritten = 0;
  /** Called after every input to a member. */
  observe: (member: Member) => void = () => {};
  readonly #chunkRows: number;

  constructor(options: ClusterOptions = {}) {
    const names = (options.names ?? ['a', 'b', 'c']).map(nodeId);
    const configuration = options.configuration ?? voters(...names);
    this.random = seededRandom(options.seed ?? 'cluster');
    this.#chunkRows = options.chunkRows ?? 2;
    for (const name of names) {
      const disk = options.disks?.[name] ?? emptyDisk(configuration);
      this.members.set(name, this.#boot(name, disk));
    }
  }

  #boot(name: NodeId, disk: Disk): Member {
    const member: Member = {
      name,
      disk,
      raft: undefined as never,
      alive: true,
      applied: [...disk.state.applied],
      appliedIndex: disk.state.index,
      configuration: disk.configuration,
      writes: [],
      reads: [],
      lostReads: [],
    };
    member.raft = new Raft({
      self: name,
      random: this.random.stream(`${name}${this.random.below(1 << 30)}`),
      configuration: disk.configuration,
      hardState: disk.hardState,
      start: disk.start,
      entries: disk.entries,
      appliedIndex: logIndex(disk.state.index),
      takeSnapshot: () => this.#snapshot(member),
    });
    return member;
  }

  #snapshot(member: Member): Snapshot {
    const rows = member.applied.map(rowOf);
    const chunks: StateRow[][] = [];
    for (let i = 0; i < rows.length; i += this.#chunkRows) {
      chunks.push(rows.slice(i, i + this.#chunkRows));
    }
    if (chunks.length === 0) chunks.push([]);
    const index = logIndex(member.appliedIndex);
    const termThere = member.raft.termAt(index);
    if (termThere === undefined) throw new Error('the applied entry is not in the log');
    const { configuration } = member;
    return { point: { index, term: termThere, configuration }, chunks };
  }

  member(name: string): Member {
    const member = this.members.get(nodeId(name));
    if (member === undefined) throw new Error(`no member ${name}`);
    return member;
  }

  raft(name: string): Raft {
    return this.member(name).raft;
  }

  view(name: string) {
    return this.raft(name).view();
  }

  /** Runs `input` on a member and obeys what comes out. */
  on<Result>(name: string, input: (raft: Raft) => Result): Result {
    const member = this.member(name);
    const result = input(member.raft);
    this.#drain(member);
    return result;
  }

  #drain(member: Member): void {
    for (let output = member.raft.takeOutput(); output !== null; ) {
      this.#obey(member, output);
      this.observe(member);
      output = member.raft.takeOutput();
    }
    this.observe(member);
  }

  #obey(member: Member, output: RaftOutput): void {
    if (output.persist !== null) {
      member.writes.push(output.persist);
      if (output.persist.snapshot !== null) restore(member, output.persist.snapshot);
    }
    for (const { to, message } of output.messages) this.#send({ from: member.name, to, message });
    for (const committed of output.committed) {
      if (committed.index !== member.appliedIndex + 1) throw new Error('a gap in what is applied');
      const text = textOf(committed);
      if (text !== null) member.applied.push(text);
      member.appliedIndex = committed.index;
      const { payload } = committed;
      if (payload.kind === 'configuration') member.configuration = payload.configuration;
    }
    if (output.committed.length > 0) member.raft.onApplied(logIndex(member.appliedIndex));
    for (const { ticket, index } of output.reads) {
      member.reads.push({ ticket, index, appliedIndex: member.appliedIndex });
    }
    member.lostReads.push(...output.lostReads);
    if (this.instantDisk) this.#confirm(member, member.writes.length);
  }

  #confirm(member: Member, count: number): void {
    for (const write of member.writes.splice(0, count)) {
      if (write.snapshot !== null) this.snapshotsInstalled++;
      else if (write.entries.some(({ index }) => index <= lastOf(member.disk))) {
        this.entriesOverwritten++;
      }
      persist(member.disk, write);
      member.raft.onPersisted(write.number);
    }
  }

  /** Makes the oldest `count` writes durable. */
  confirmWrites(name: string, count = Number.MAX_SAFE_INTEGER): void {
    const member = this.member(name);
    this.#confirm(member, Math.min(count, member.writes.length));
    this.#drain(member);
  }

  #send(flight: Flight): void {
    this.sent.push(flight);
    if (this.cuts.has(`${flight.from}>${flight.to}`) || !this.filter(flight)) return;
    if (this.random.chance(this.loss)) return;
    this.network.push(flight);
    if (this.random.chance(this.repetition)) this.network.push(flight);
  }

  #deliver(flight: Flight): void {
    const member = this.members.get(flight.to);
    if (member === undefined || !member.alive) return;
    if (this.cuts.has(`${flight.from}>${flight.to}`)) return;
    member.raft.step(flight.from, flight.message);
    this.#drain(member);
  }

  /** Delivers one message out of turn, whatever the network thinks. */
  inject(from: string, to: string, message: RaftMessage): void {
    this.#deliver({ from: nodeId(from), to: nodeId(to), message });
  }

  /** Delivers everything in order until nothing is under way. */
  settle(limit = 100_000): void {
    for (let i = 0; i < limit; i++) {
      const flight = this.network.shift();
      if (flight === undefined) return;
      this.#deliver(flight);
    }
    throw new Error('the network does not come to rest');
  }

  /** Delivers some messages in any order. */
  deliverSome(count: number): void {
    for (let i = 0; i < count && this.network.length > 0; i++) {
      const at = this.random.below(this.network.length);
      const [flight] = this.network.splice(at, 1);
      if (flight !== undefined) this.#deliver(flight);
    }
  }

  /** One tick for everyone, and all messages that follow from it. */
  tick(ticks = 1, settle = true): void {
    for (let i = 0; i < ticks; i++) {
      for (const { name, alive } of this.members.values()) {
        if (alive) this.on(name, (raft) => raft.tick());
        if (settle) this.settle();
      }
    }
  }

  /** Ticks until `condition` holds. */
  tickUntil(condition: () => boolean, limit = 1000): void {
    for (let i = 0; i < limit; i++) {
      if (condition()) return;
      this.tick();
    }
    throw new Error('it did not happen within the limit');
  }

  /** Makes `name` leader of a new term, with its no-op committed everywhere. */
  elect(name: string): void {
    this.on(name, (raft) => raft.campaign());
    this.settle();
    expect(this.view(name).role).toBe('leader');
    this.tick(12);
  }

  propose(name: string, ...texts: string[]): void {
    this.on(name, (raft) => {
      for (const text of texts) expect(raft.propose(command(text), 10).kind).toBe('proposed');
    });
  }

  leaders(): string[] {
    return [...this.members.values()]
      .filter(({ alive, raft }) => alive && raft.isLeader)
      .map(({ name }) => name);
  }

  /** kill -9: what was not confirmed is gone. */
  crash(name: string): void {
    this.member(name).alive = false;
    this.network = this.network.filter(({ to, from }) => to !== name && from !== name);
  }

  restart(name: string): void {
    const { disk } = this.member(name);
    this.members.set(nodeId(name), this.#boot(nodeId(name), structuredClone(disk)));
  }

  /** Saves the applied state in the engine and drops the log before it. */
  compact(name: string, index: number): void {
    const member = this.member(name);
    saveState(member);
    this.on(name, (raft) => raft.compact(logIndex(index)));
    const { start } = member.raft.view();
    if (start.index <= member.disk.start.index) return;
    member.disk.entries = member.disk.entries.filter(({ index: at }) => at > start.index);
    member.disk.start = start;
  }

  cut(one: string, other: string): void {
    this.cuts.add(`${one}>${other}`).add(`${other}>${one}`);
  }

  isolate(name: string): void {
    for (const other of this.members.keys()) if (other !== name) this.cut(name, other);
  }

  heal(): void {
    this.cuts.clear();
  }

  /** Messages of a kind sent since `sent` was last cleared. */
  count(kind: RaftMessage['kind'], to?: string): number {
    return this.sent.filter(({ message, to: target }) => {
      return message.kind === kind && (to === undefined || target === to);
    }).length;
  }
}

function rowOf(text: string): ItemRow {
  const version = { index: logIndex(0), term: term(0), vector: {}, hlc: zeroTimestamp };
  return { kind: 'item', key: text, value: null, version, dot: null };
}

function restore(member: Member, snapshot: Snapshot): void {
  member.applied = textsOf(snapshot);
  member.appliedIndex = snapshot.point.index;
  member.configuration = snapshot.point.configuration;
}

/** What the engine would hold: only what is applied, which is durable in the log by contract. */
function saveState(member: Member): void {
  const at = logIndex(member.appliedIndex);
  const termThere = member.raft.termAt(at) ?? member.disk.state.term;
  member.disk.state = { index: at, term: termThere, applied: [...member.applied] };
  member.disk.configuration = member.configuration;
}
