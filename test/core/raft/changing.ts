// A group whose members come and go while everything else goes wrong too. A run is a list of acts, so
// that fast-check can shrink what fails; what an act cannot do now it leaves.

import fc from 'fast-check';
import { isJoint, type MemberChange, needsJoint } from '../../../src/core/model/configuration.ts';
import type { Configuration } from '../../../src/core/model/entry.ts';
import { logIndex, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import { Cluster, command, type Member, voters } from './cluster.ts';
import { emptyDisk } from './disk.ts';
import { Invariants } from './invariants.ts';

export const names = ['a', 'b', 'c', 'd', 'e', 'f'].map(nodeId);

const standings = ['voter', 'voter', 'learner', 'removed'] as const;

const kinds = [
  ['tick', 20],
  ['deliver', 40],
  ['confirm', 16],
  ['propose', 4],
  ['read', 3],
  ['change', 6],
  ['exchange', 4],
  ['venture', 12],
  ['transfer', 2],
  ['alarm', 2],
  ['crash', 2],
  ['restart', 3],
  ['split', 3],
  ['heal', 4],
  ['compact', 2],
  ['wipe', 1],
] as const;

type Kind = (typeof kinds)[number][0];

export interface Act {
  readonly kind: Kind;
  readonly name: NodeId;
  readonly count: number;
  /** Some of the nodes, by bits. */
  readonly some: number;
  readonly changes: readonly MemberChange[];
}

const change: fc.Arbitrary<MemberChange> = fc.record({
  node: fc.constantFrom(...names),
  to: fc.constantFrom(...standings),
});

export const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.oneof(...kinds.map(([kind, weight]) => ({ arbitrary: fc.constant(kind), weight }))),
  name: fc.constantFrom(...names),
  count: fc.integer({ min: 1, max: 12 }),
  some: fc.integer({ min: 1, max: 2 ** names.length - 2 }),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
});

export class Run {
  readonly cluster: Cluster;
  readonly invariants: Invariants;
  #texts = 0;
  /** Of all that anybody ever applied. */
  #newest: { readonly index: number; readonly configuration: Configuration };
  accepted = 0;
  joint = 0;
  wiped = 0;

  constructor(seed: string) {
    const configuration = { ...voters('a', 'b', 'c'), learners: names.slice(3) };
    this.cluster = new Cluster({ seed, names, configuration });
    const { random } = this.cluster;
    this.cluster.instantDisk = random.chance(0.5);
    this.cluster.loss = random.below(3) * 0.03;
    this.cluster.repetition = random.below(3) * 0.03;
    this.invariants = new Invariants(this.cluster);
    this.#newest = { index: 0, configuration };
  }

  act(one: Act): void {
    this.#act(one);
    for (const member of this.cluster.members.values()) this.#noteApplied(member);
  }

  #act({ kind, name, count, some, changes }: Act): void {
    const { cluster } = this;
    const member = cluster.member(name);
    switch (kind) {
      case 'tick':
        this.#each(count, ({ name: one }) => cluster.on(one, (raft) => raft.tick()));
        return;
      case 'deliver':
        cluster.deliverSome(3 * count);
        return;
      case 'confirm':
        this.#each(1, ({ name: one }) => cluster.confirmWrites(one, count));
        return;
      case 'propose':
        this.#eachLeader((leader) => leader.raft.propose(command(`p${this.#texts++}`), 10));
        return;
      case 'read':
        this.#eachLeader((leader) => {
          const result = leader.raft.readIndex();
          if (result.kind === 'waiting') this.invariants.readAsked(leader, result.ticket);
        });
        return;
      case 'change':
        this.#eachLeader((leader) => this.#change(leader, changes));
        return;
      case 'exchange':
        this.#eachLeader((leader) => this.#change(leader, exchangeFor(some)));
        return;
      case 'venture':
        this.#venture(count, { some, changes });
        return;
      case 'transfer':
        this.#eachLeader(({ raft }) => raft.transferLeadership(name));
        return;
      case 'alarm':
        this.#alarm(name);
        return;
      case 'crash':
        if (member.alive) cluster.crash(name);
        return;
      case 'restart':
        if (!member.alive) cluster.restart(name);
        return;
      case 'split':
        this.#split(some);
        return;
      case 'heal':
        cluster.heal();
        return;
      case 'compact':
        if (member.alive) cluster.compact(name, cluster.view(name).appliedIndex - (count % 4));
        return;
      case 'wipe':
        this.#wipe(member);
        return;
    }
  }

  #each(times: number, each: (member: Member) => void): void {
    for (let i = 0; i < times; i++) {
      for (const member of this.cluster.members.values()) if (member.alive) each(member);
    }
  }

  #eachLeader(each: (member: Member) => void): void {
    for (const leader of this.cluster.leaders()) {
      const member = this.cluster.member(leader);
      each(member);
      this.cluster.on(leader, () => {});
    }
  }

  /** Everybody sees the connection to `name` die, and come back. */
  #alarm(name: NodeId): void {
    this.#each(1, (member) => {
      if (member.name === name) return;
      this.cluster.on(member.name, (raft) => raft.onPeerDown(name));
      this.cluster.on(member.name, (raft) => raft.onPeerUp(name));
    });
  }

  /** Those and the others hear nothing of each other. */
  #split(some: number): void {
    this.cluster.heal();
    for (const one of names) {
      for (const other of names)
        if (isIn(some, one) && !isIn(some, other)) this.cluster.cut(one, other);
    }
  }

  /** A change reaches few before the group is torn, and somebody else is to lead. */
  #venture(count: number, { some, changes }: Pick<Act, 'some' | 'changes'>): void {
    const { cluster } = this;
    this.#split(some);
    this.#eachLeader((leader) => this.#change(leader, changes));
    cluster.deliverSome(count);
    for (const leader of cluster.leaders()) this.#alarm(nodeId(leader));
    for (let i = 0; i < count; i++) {
      this.#each(1, ({ name }) => cluster.on(name, (raft) => raft.tick()));
      cluster.deliverSome(30);
      this.#each(1, ({ name }) => cluster.confirmWrites(name));
    }
  }

  #change({ raft }: Member, changes: readonly MemberChange[]): void {
    const result = raft.proposeConfiguration(changes);
    if (result.kind !== 'proposed') return;
    this.accepted++;
    if (isJoint(raft.configuration)) this.joint++;
  }

  /** A node whose removal is committed loses its disk, and may be added again under its name. */
  #wipe(member: Member): void {
    const { cluster } = this;
    if (!this.#isRemovalCommitted(member.name)) return;
    if (member.alive) cluster.crash(member.name);
    member.disk = emptyDisk(voters());
    cluster.restart(member.name);
    this.wiped++;
  }

  /** By the newest configuration that was ever applied; and nobody is adding it again. */
  #isRemovalCommitted(name: NodeId): boolean {
    if (membersOf(this.#newest.configuration).includes(name)) return false;
    return [...this.cluster.members.values()].every(({ raft }) => {
      const { configuration, configurationIndex } = raft.view();
      return configurationIndex <= this.#newest.index || !membersOf(configuration).includes(name);
    });
  }

  #noteApplied({ appliedIndex, configuration }: Member): void {
    if (appliedIndex > this.#newest.index) this.#newest = { index: appliedIndex, configuration };
  }

  /** The faults stop, and everybody that the configuration names gets everything. */
  recover(): void {
    const { cluster } = this;
    cluster.heal();
    cluster.loss = 0;
    cluster.repetition = 0;
    for (const { name, alive } of cluster.members.values()) if (!alive) cluster.restart(name);
    // A restart is a new connection, which a quiet leader is told of.
    for (const one of names) {
      for (const other of names) {
        if (one !== other) cluster.on(one, (raft) => raft.onPeerUp(other));
      }
    }
    cluster.instantDisk = true;
    for (const name of names) cluster.confirmWrites(name);
    cluster.tickUntil(() => this.#isSettled(), 1500);
    const [leader = ''] = cluster.leaders();
    cluster.propose(leader, 'the end');
    cluster.tickUntil(() => this.#members().every((name) => this.#hasEnd(name)), 200);
  }

  /** One leader that its own configuration names, no change under way, and everybody follows. */
  #isSettled(): boolean {
    const [leader, ...others] = this.cluster.leaders();
    if (leader === undefined || others.length > 0) return false;
    const { term, configuration } = this.cluster.raft(leader);
    const { configurationIndex, commitIndex, transferring } = this.#facts(leader);
    if (transferring || isJoint(configuration) || configurationIndex > commitIndex) return false;
    if (!configuration.voters.some((name) => name === leader)) return false;
    return membersOf(configuration).every((name) => {
      const raft = this.cluster.raft(name);
      return raft.term === term && raft.leader === leader;
    });
  }

  #facts(name: string) {
    const { configurationIndex, commitIndex } = this.cluster.view(name);
    const { kind } = this.cluster.raft(name).proposeConfiguration([]);
    return { configurationIndex, commitIndex, transferring: kind !== 'no-change' };
  }

  #members(): readonly NodeId[] {
    const [leader = ''] = this.cluster.leaders();
    return membersOf(this.cluster.raft(leader).configuration);
  }

  #hasEnd(name: string): boolean {
    return this.cluster.member(name).applied.at(-1) === 'the end';
  }

  /** In every log each configuration is one step from the one before. */
  checkSteps(): void {
    for (const { raft } of this.cluster.members.values()) {
      const { lastIndex } = raft.view();
      let before: Configuration | null = null;
      for (const { payload, index } of raft.entriesBetween(logIndex(1), lastIndex)) {
        if (payload.kind !== 'configuration') continue;
        const after = payload.configuration;
        if (before !== null && !isOneStep(before, after)) {
          throw new Error(`${index}: ${JSON.stringify(before)} to ${JSON.stringify(after)}`);
        }
        before = after;
      }
    }
  }
}

function isIn(some: number, name: NodeId): boolean {
  return Math.floor(some / 2 ** names.indexOf(name)) % 2 === 1;
}

/** Some vote, and all others learn, so that they can vote next time. */
function exchangeFor(some: number): readonly MemberChange[] {
  return names.map((node) => ({ node, to: isIn(some, node) ? 'voter' : 'learner' }));
}

function membersOf({ voters: now, votersOutgoing, learners }: Configuration): readonly NodeId[] {
  return [...new Set([...now, ...votersOutgoing, ...learners])];
}

/** Every decision of the one and every decision of the other share a voter. */
function isOneStep(before: Configuration, after: Configuration): boolean {
  if (isJoint(before)) {
    const isLeft = before.voters.join() === after.voters.join() && !isJoint(after);
    return isLeft && before.learners.join() === after.learners.join();
  }
  if (isJoint(after)) return after.votersOutgoing.join() === before.voters.join();
  return !needsJoint(before, after);
}
