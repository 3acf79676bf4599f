// From what the engine tells to what an invariant wants to know: which replica changed and how,
// which answer belongs to which question, what became durable. Computed once for all of them, and
// only for what an observation touched.

import type { Input, Ready } from '../../core/contract.ts';
import type { Control } from '../../core/control/control.ts';
import type { Journal } from '../../core/data/journal.ts';
import type { Partition } from '../../core/data/partition.ts';
import type { ConnectionId, GroupId, LogIndex, NodeId, Tick } from '../../core/model/ids.ts';
import { groupId } from '../../core/model/ids.ts';
import type { Request, Result } from '../../core/model/operation.ts';
import type { Recovered } from '../../core/model/records.ts';
import type { RaftView } from '../../core/raft/contract.ts';
import type { Raft } from '../../core/raft/raft.ts';
import { groupOfKey } from '../../wire/key-hash.ts';
import type { End, MachineView, Observer } from '../observation.ts';
import type { PlannedFault } from '../plan.ts';
import { type Having, having } from './listeners.ts';

/** A replica as the invariants see it. */
export interface ReplicaView {
  readonly group: GroupId;
  /** Of the state; raft may be ahead of it until the next Ready. */
  readonly appliedIndex: LogIndex;
  readonly raft: Pick<Raft, 'view' | 'termAt' | 'entriesBetween'>;
  readonly machine:
    | {
        readonly kind: 'data';
        readonly partition: Pick<Partition, 'read' | 'hasMerged' | 'hash'>;
        readonly journal: Pick<Journal, 'pendingCount'>;
      }
    | { readonly kind: 'control'; readonly control: Pick<Control, 'row'> };
}

export interface ViewChange {
  /** null: the first view of this life. */
  readonly before: RaftView | null;
  readonly now: RaftView;
}

/** A request that a node has not answered yet. */
export interface Asked {
  readonly request: Request;
  /** Of the key, or of the scan; null for a question about the node itself. */
  readonly group: GroupId | null;
  /** True: this node led the group when it was asked, so it answers from its own state. */
  readonly asLeader: boolean;
  /** The greatest index of the group that was committed anywhere when the node was asked. */
  readonly committed: number;
}

/** An observer that looks closer. */
export interface Invariant extends Omit<Observer, 'onStep'> {
  /** The node holds a replica that it did not hold when it was born, or last looked at. */
  onBorn?(machine: MachineView, replica: ReplicaView): void;
  /** The node does not hold its replica of the group any more; comes before another is born. */
  onDropped?(machine: MachineView, group: GroupId): void;
  /** The view of a replica differs from the last one. Comes before onReady. */
  onView?(machine: MachineView, replica: ReplicaView, change: ViewChange): void;
  /** A request, from a client or from another node, is answered. Comes after onReady. */
  onAnswer?(machine: MachineView, asked: Asked, result: Result): void;
}

export interface WatchOptions {
  readonly partitions: number;
  /** The greatest index of the group that is committed anywhere. */
  readonly committed: (group: GroupId) => number;
  readonly invariants: readonly Invariant[];
}

/** A replica and its last view. */
interface Held {
  readonly replica: ReplicaView;
  view: RaftView | null;
}

interface Watched {
  readonly machine: MachineView;
  /** By number of the group. */
  readonly held: (Held | undefined)[];
  readonly asked: Map<string, Asked>;
}

export class Watch implements Observer {
  readonly #options: WatchOptions;
  readonly #lives = new Map<NodeId, Watched>();
  readonly #onBirth: readonly Having<Invariant, 'onBirth'>[];
  readonly #onEnd: readonly Having<Invariant, 'onEnd'>[];
  readonly #onRefused: readonly Having<Invariant, 'onRefused'>[];
  readonly #onInput: readonly Having<Invariant, 'onInput'>[];
  readonly #onReady: readonly Having<Invariant, 'onReady'>[];
  readonly #onFault: readonly Having<Invariant, 'onFault'>[];
  readonly #onDrop: readonly Having<Invariant, 'onDrop'>[];
  readonly #onCalm: readonly Having<Invariant, 'onCalm'>[];
  readonly #onTick: readonly Having<Invariant, 'onTick'>[];
  readonly #onView: readonly Having<Invariant, 'onView'>[];
  readonly #onAnswer: readonly Having<Invariant, 'onAnswer'>[];
  readonly #onBorn: readonly Having<Invariant, 'onBorn'>[];
  readonly #onDropped: readonly Having<Invariant, 'onDropped'>[];

  constructor(options: WatchOptions) {
    const { invariants } = options;
    this.#options = options;
    this.#onBirth = having(invariants, 'onBirth');
    this.#onEnd = having(invariants, 'onEnd');
    this.#onRefused = having(invariants, 'onRefused');
    this.#onInput = having(invariants, 'onInput');
    this.#onReady = having(invariants, 'onReady');
    this.#onFault = having(invariants, 'onFault');
    this.#onDrop = having(invariants, 'onDrop');
    this.#onCalm = having(invariants, 'onCalm');
    this.#onTick = having(invariants, 'onTick');
    this.#onView = having(invariants, 'onView');
    this.#onAnswer = having(invariants, 'onAnswer');
    this.#onBorn = having(invariants, 'onBorn');
    this.#onDropped = having(invariants, 'onDropped');
  }

  onBirth(machine: MachineView, recovered: Recovered): void {
    const held: (Held | undefined)[] = [];
    for (const replica of replicasOf(machine, this.#options.partitions)) {
      held[replica.group] = { replica, view: null };
    }
    this.#lives.set(machine.name, { machine, held, asked: new Map() });
    for (const each of this.#onBirth) each.onBirth(machine, recovered);
  }

  onEnd(machine: MachineView, how: End): void {
    this.#lives.delete(machine.name);
    for (const each of this.#onEnd) each.onEnd(machine, how);
  }

  onRefused(machine: MachineView): void {
    for (const each of this.#onRefused) each.onRefused(machine);
  }

  onInput(machine: MachineView, input: Input): void {
    if (input.kind === 'request') {
      this.#note(machine, nameOfClient(input.connection, input.request.id), input.request);
    } else if (input.kind === 'message' && input.message.kind === 'forward') {
      const { request } = input.message;
      this.#note(machine, nameOfPeer(input.from, request.id), request);
    }
    for (const each of this.#onInput) each.onInput(machine, input);
  }

  onReady(machine: MachineView, ready: Ready): void {
    const life = this.#lives.get(machine.name);
    if (life === undefined) return;
    this.#compareViews(life);
    for (const each of this.#onReady) each.onReady(machine, ready);
    for (const { connection, reply } of ready.replies) {
      this.#settle(life, nameOfClient(connection, reply.id), reply.result);
    }
    for (const { to, message } of ready.messages) {
      if (message.kind !== 'forwarded') continue;
      this.#settle(life, nameOfPeer(to, message.reply.id), message.reply.result);
    }
  }

  onFault(fault: PlannedFault, phase: 'start' | 'end'): void {
    for (const each of this.#onFault) each.onFault(fault, phase);
  }

  onDrop(machine: MachineView, reason: string): void {
    for (const each of this.#onDrop) each.onDrop(machine, reason);
  }

  onCalm(tick: Tick): void {
    for (const each of this.#onCalm) each.onCalm(tick);
  }

  onTick(tick: Tick): void {
    for (const each of this.#onTick) each.onTick(tick);
  }

  #compareViews(life: Watched): void {
    const { machine } = life;
    for (let number = 0; number <= this.#options.partitions; number++) {
      const held = this.#heldNow(life, groupId(number));
      if (held === undefined) continue;
      const { replica, view: before } = held;
      const now = replica.raft.view();
      if (before !== null && isSame(before, now)) continue;
      held.view = now;
      for (const each of this.#onView) each.onView(machine, replica, { before, now });
    }
  }

  /** Replicas come and go while a node lives. */
  #heldNow({ machine, held }: Watched, group: GroupId): Held | undefined {
    const replica = machine.node?.replica(group);
    const known = held[group];
    if (known?.replica === replica) return known;
    if (known !== undefined) {
      held[group] = undefined;
      for (const each of this.#onDropped) each.onDropped(machine, group);
    }
    if (replica === undefined) return undefined;
    const born: Held = { replica, view: null };
    held[group] = born;
    for (const each of this.#onBorn) each.onBorn(machine, replica);
    return born;
  }

  #note(machine: MachineView, name: string, request: Request): void {
    const life = this.#lives.get(machine.name);
    if (life === undefined) return;
    const { partitions, committed } = this.#options;
    const group = groupOf(request, partitions);
    const replica = group === null ? undefined : life.machine.node?.replica(group);
    life.asked.set(name, {
      request,
      group,
      asLeader: replica?.raft.view().role === 'leader',
      committed: group === null ? 0 : committed(group),
    });
  }

  #settle(life: Watched, name: string, result: Result): void {
    const asked = life.asked.get(name);
    if (asked === undefined) return;
    life.asked.delete(name);
    for (const each of this.#onAnswer) each.onAnswer(life.machine, asked, result);
  }
}

/** The replicas that the machine's node holds, by group. */
export function replicasOf({ node }: MachineView, partitions: number): readonly ReplicaView[] {
  const replicas: ReplicaView[] = [];
  for (let number = 0; number <= partitions; number++) {
    const replica = node?.replica(groupId(number));
    if (replica !== undefined) replicas.push(replica);
  }
  return replicas;
}

function groupOf({ operation }: Request, partitions: number): GroupId | null {
  if (operation.kind === 'scan') return operation.group;
  return 'key' in operation ? groupOfKey(operation.key, partitions) : null;
}

function nameOfClient(connection: ConnectionId, id: number): string {
  return `client ${connection} ${id}`;
}

function nameOfPeer(node: NodeId, id: number): string {
  return `node ${node} ${id}`;
}

function isSame(a: RaftView, b: RaftView): boolean {
  return (
    a.commitIndex === b.commitIndex &&
    a.appliedIndex === b.appliedIndex &&
    a.lastIndex === b.lastIndex &&
    a.term === b.term &&
    a.role === b.role &&
    a.votedFor === b.votedFor &&
    a.start.index === b.start.index &&
    a.configurationIndex === b.configurationIndex &&
    a.standing === b.standing
  );
}
