// A Raft group driven as etcd's interaction harness drives its own: nothing happens by itself; a
// script says who handles its output, which messages arrive, and when a disk is done.
//
//   input ──► staged outputs ──process-ready──► disk, network, state machine
//                                  └─ async ──► append thread · apply thread
//
// What depends on durability (votes, acknowledgements) leaves when the write is confirmed: within
// the same Ready, or when the append thread has done it.

import type { Configuration, Entry } from '../../../../src/core/model/entry.ts';
import { type LogIndex, logIndex, type NodeId, nodeId } from '../../../../src/core/model/ids.ts';
import type { RaftOutput, RaftPersist } from '../../../../src/core/raft/contract.ts';
import type { RaftMessage } from '../../../../src/core/raft/messages.ts';
import type { Raft } from '../../../../src/core/raft/raft.ts';
import type { Flight } from '../cluster.ts';
import { persist } from '../disk.ts';
import { wordConfiguration, wordEntry, wordMessage } from './messages.ts';
import { addAll, Report } from './report.ts';
import { Seat, type SeatOptions } from './seat.ts';

export interface Delivery {
  readonly to: NodeId;
  readonly dropped: boolean;
  /** Only messages of this kind. */
  readonly kind: RaftMessage['kind'] | null;
}

const heldKinds: ReadonlySet<string> = new Set<RaftMessage['kind']>([
  'request-vote',
  'vote',
  'appended',
  'heartbeat-ack',
  'snapshot-ack',
]);

export class Group {
  readonly seats = new Map<string, Seat>();
  asyncWrites = false;
  /** False: a poll is answered by the harness itself, as if there were none. */
  polls = false;
  report = new Report();
  #network: Flight[] = [];

  add(options: SeatOptions): void {
    const seat = new Seat(options);
    this.seats.set(options.name, seat);
    this.#noteRole(seat);
    this.#stand(seat);
    this.#noteSwitch(seat, seat.configuration);
  }

  #noteSwitch({ name }: Seat, configuration: Configuration): void {
    this.report.switched.add(`${name} ${wordConfiguration(configuration)}`);
  }

  #apply(seat: Seat, entries: readonly Entry[]): void {
    for (const entry of entries) {
      seat.apply(entry);
      if (entry.payload.kind === 'configuration') this.#noteSwitch(seat, seat.configuration);
    }
  }

  seat(name: string): Seat {
    const seat = this.seats.get(name);
    if (seat === undefined) throw new Error(`no member ${name}`);
    return seat;
  }

  /** Runs an input on a member and stages what comes out. */
  on<Result>(name: string, input: (raft: Raft) => Result): Result {
    const seat = this.seat(name);
    const result = input(seat.raft);
    this.#collect(seat);
    if (!this.polls && seat.raft.role === 'pre-candidate') this.#grantPoll(seat);
    return result;
  }

  #collect(seat: Seat, drop?: (message: RaftMessage) => boolean): void {
    this.#noteRole(seat);
    for (const output of this.#outputs(seat)) {
      const messages = output.messages.filter(({ message }) => drop?.(message) !== true);
      seat.staged.push({ ...output, messages });
    }
  }

  #noteRole({ name, raft }: Seat): void {
    const role = raft.role === 'learner' ? 'follower' : raft.role;
    this.report.became.add(`${name} ${role} ${raft.term}`);
  }

  #outputs(seat: Seat): readonly RaftOutput[] {
    const outputs = drained(seat);
    for (const { persist: write } of outputs) {
      if (write?.snapshot) this.#noteSwitch(seat, write.snapshot.point.configuration);
    }
    for (let untold = seat.untold(); untold.length > 0; untold = seat.untold()) {
      seat.raft.broadcastCommit();
      outputs.push(...drained(seat).map((output) => onlyTo(untold, output)));
    }
    return outputs;
  }

  #grantPoll(seat: Seat): void {
    const isPoll = (message: RaftMessage) => message.kind === 'request-vote' && message.pre;
    for (const output of seat.staged.splice(0)) {
      const messages = output.messages.filter(({ message }) => !isPoll(message));
      seat.staged.push({ ...output, messages });
    }
    const term = (seat.raft.term + 1) as Raft['term'];
    for (const voter of seat.raft.configuration.voters) {
      if (seat.raft.role !== 'pre-candidate') break;
      seat.raft.step(voter, { kind: 'vote', term, granted: true, pre: true });
    }
    this.#collect(seat);
  }

  processReady(name: string): void {
    const seat = this.seat(name);
    const staged = seat.staged.splice(0);
    this.#stand(seat);
    const writes: RaftPersist[] = [];
    for (const output of staged) {
      if (output.persist !== null) writes.push(output.persist);
      addAll(this.report.persisted, name, output.persist?.entries.map(wordEntry) ?? []);
      addAll(this.report.committed, name, output.committed.map(wordEntry));
      this.#send(seat, output);
    }
    const committed = staged.flatMap((output) => output.committed);
    if (this.asyncWrites) {
      if (writes.length > 0) seat.appends.push(writes);
      if (committed.length > 0) seat.applies.push(committed);
    } else {
      this.#write(seat, writes);
      this.#apply(seat, committed);
      this.#confirm(seat, writes);
      this.#applied(seat, committed.at(-1)?.index);
    }
  }

  /** What everybody knows of a member is how it stood at its last Ready. */
  #stand(seat: Seat): void {
    seat.standing = seat.look();
    this.report.readies.push({ member: seat.name, standing: seat.standing });
  }

  /** A member may have moved without anything to do for its host. */
  #standIfMoved(seat: Seat): void {
    if (JSON.stringify(seat.look()) !== JSON.stringify(seat.standing)) this.#stand(seat);
  }

  #send(seat: Seat, { messages }: RaftOutput): void {
    for (const { to, message } of messages) this.post({ from: seat.name, to, message });
  }

  /** Puts a message on its way. */
  post(flight: Flight): void {
    this.report.sent.push(wordMessage(flight));
    this.#network.push(flight);
  }

  #write(seat: Seat, writes: readonly RaftPersist[]): void {
    for (const write of writes) {
      persist(seat.disk, write);
      if (write.snapshot !== null) seat.restore(write.snapshot);
    }
  }

  #confirm(seat: Seat, writes: readonly RaftPersist[]): void {
    const last = writes.at(-1);
    if (last === undefined) return;
    seat.raft.onPersisted(last.number);
    this.#noteRole(seat);
    for (const output of this.#outputs(seat)) {
      const isHeld = ({ message }: RaftOutput['messages'][number]) => heldKinds.has(message.kind);
      this.#send(seat, { ...output, messages: output.messages.filter(isHeld) });
      const rest = { ...output, messages: output.messages.filter((sent) => !isHeld(sent)) };
      if (!isEmpty(rest)) seat.staged.push(rest);
    }
  }

  /** The report of what was applied is our own message; etcd has none, so it is not sent here. */
  #applied(seat: Seat, index: LogIndex | undefined): void {
    if (index === undefined) return;
    seat.raft.onApplied(index);
    this.#collect(seat, ({ kind }) => kind === 'heartbeat-ack');
    seat.staged = seat.staged.filter((output) => !isEmpty(output));
  }

  processAppend(name: string): void {
    const seat = this.seat(name);
    const writes = seat.appends.shift();
    if (writes === undefined) return;
    this.#write(seat, writes);
    this.#confirm(seat, writes);
  }

  processApply(name: string): void {
    const seat = this.seat(name);
    const entries = seat.applies.shift();
    if (entries === undefined) return;
    this.#apply(seat, entries);
    this.#applied(seat, entries.at(-1)?.index);
  }

  deliver({ to, dropped, kind }: Delivery): void {
    const due = (flight: Flight) =>
      flight.to === to && (kind ?? flight.message.kind) === flight.message.kind;
    const arriving = this.#network.filter(due);
    this.#network = this.#network.filter((flight) => !due(flight));
    for (const flight of arriving) {
      this.report[dropped ? 'dropped' : 'received'].push(wordMessage(flight));
      if (!dropped) this.on(to, (raft) => raft.step(flight.from, flight.message));
    }
  }

  /** Lets the named members, or all, work until nothing is left to do between them. */
  stabilize(names: readonly string[]): void {
    for (let busy = true; busy; ) {
      busy = false;
      const work = (isDue: (seat: Seat) => boolean, act: (name: NodeId) => void) => {
        for (const name of names) {
          if (!isDue(this.seat(name))) continue;
          act(nodeId(name));
          busy = true;
        }
      };
      const isAddressed = ({ name }: Seat) => this.#network.some((flight) => flight.to === name);
      work(
        ({ staged }) => staged.length > 0,
        (name) => this.processReady(name),
      );
      work(isAddressed, (to) => this.deliver({ to, dropped: false, kind: null }));
      work(
        ({ appends }) => appends.length > 0,
        (name) => this.processAppend(name),
      );
      work(
        ({ applies }) => applies.length > 0,
        (name) => this.processApply(name),
      );
    }
    for (const name of names) this.#standIfMoved(this.seat(name));
  }

  /** Drops the log up to `index`, on the disk too. */
  compact(name: string, index: number): void {
    const { disk, raft } = this.seat(name);
    this.on(name, () => raft.compact(logIndex(index)));
    const { start } = raft.view();
    disk.entries = disk.entries.filter((entry) => entry.index > start.index);
    disk.start = start;
  }
}

function drained(seat: Seat): RaftOutput[] {
  const outputs: RaftOutput[] = [];
  for (let output = seat.raft.takeOutput(); output !== null; output = seat.raft.takeOutput()) {
    seat.noteTold(output);
    outputs.push(output);
  }
  return outputs;
}

/**
 * The news of a commit that etcd sends by itself, at once, to whoever is not paused; the real host
 * asks for it where a write waits for every replica, and otherwise the next append or heartbeat
 * carries it.
 */
function onlyTo(members: readonly NodeId[], output: RaftOutput): RaftOutput {
  return { ...output, messages: output.messages.filter(({ to }) => members.includes(to)) };
}

function isEmpty({ persist: write, messages, committed }: RaftOutput): boolean {
  return write === null && messages.length === 0 && committed.length === 0;
}
