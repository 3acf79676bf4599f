// Random runs: messages lost, repeated and reordered, crashes that take unconfirmed writes, links
// cut, leaders moved, logs compacted. The properties hold after every step, and when the faults
// stop the group recovers.

import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../../src/core/model/entry.ts';
import { nodeId } from '../../../src/core/model/ids.ts';
import { seededRandom } from '../../../src/core/model/random.ts';
import { Cluster, command, voters } from './cluster.ts';
import { Invariants } from './invariants.ts';

/** Runs of each shape; a hunt for a rare bug raises this. */
const seeds = 60;

const joint: Configuration = {
  voters: ['a', 'b', 'c'].map(nodeId),
  votersOutgoing: ['b', 'c', 'd'].map(nodeId),
  learners: [nodeId('e')],
};
const withLearner: Configuration = {
  voters: ['a', 'b', 'c'].map(nodeId),
  votersOutgoing: [],
  learners: [nodeId('d')],
};

class Run {
  readonly cluster: Cluster;
  readonly invariants: Invariants;
  readonly #names: readonly string[];
  readonly #random;
  #proposals = 0;
  /** Connections reported dead and not yet back: `observer>peer`. */
  readonly #down = new Set<string>();

  constructor(seed: string, names: readonly string[], configuration: Configuration) {
    this.cluster = new Cluster({ seed, names, configuration });
    this.invariants = new Invariants(this.cluster);
    this.#names = names;
    this.#random = seededRandom(`${seed}/faults`);
    this.cluster.instantDisk = false;
    this.cluster.loss = this.#random.below(4) * 0.05;
    this.cluster.repetition = this.#random.below(3) * 0.05;
  }

  steps(count: number): void {
    for (let i = 0; i < count; i++) this.#step();
  }

  #step(): void {
    const { cluster } = this;
    const name = this.#pick();
    const alive = cluster.member(name).alive;
    const dice = this.#random.below(1000);
    if (dice < 200) this.#tickAll();
    else if (dice < 620) cluster.deliverSome(1 + this.#random.below(12));
    else if (dice < 820) this.#confirmSome();
    else if (dice < 900) this.#propose();
    else if (dice < 940) this.#read();
    else if (dice < 952) this.#crashOrRestart(name);
    else if (dice < 965) this.#cutOrHeal(name);
    else if (dice < 970) this.#falseAlarm(name);
    else if (dice < 976) this.#transfer();
    else if (dice < 986 && alive) cluster.compact(name, cluster.view(name).appliedIndex - 3);
    else this.#nodeLiveness();
  }

  #pick(): string {
    return this.#names[this.#random.below(this.#names.length)] ?? '';
  }

  #tickAll(): void {
    for (const name of this.#names) {
      if (this.#random.chance(0.9) && this.cluster.member(name).alive) {
        this.cluster.on(name, (raft) => raft.tick());
      }
    }
  }

  #confirmSome(): void {
    for (const name of this.#names) {
      if (this.#random.chance(0.6) && this.cluster.member(name).alive) {
        this.cluster.confirmWrites(name, 1 + this.#random.below(3));
      }
    }
  }

  #propose(): void {
    for (const leader of this.cluster.leaders()) {
      const count = 1 + this.#random.below(3);
      this.cluster.on(leader, (raft) => {
        for (let i = 0; i < count; i++) raft.propose(command(`p${this.#proposals++}`), 10);
      });
    }
  }

  #read(): void {
    for (const leader of this.cluster.leaders()) {
      const member = this.cluster.member(leader);
      const result = member.raft.readIndex();
      if (result.kind === 'waiting') this.invariants.readAsked(member, result.ticket);
      this.cluster.on(leader, () => {});
    }
  }

  #crashOrRestart(name: string): void {
    const { cluster } = this;
    if (cluster.member(name).alive) {
      cluster.crash(name);
      for (const other of this.#names) this.#report(other, name, this.#random.chance(0.7));
    } else this.#restart(name);
  }

  #restart(name: string): void {
    this.cluster.restart(name);
    for (const other of this.#names) {
      this.#down.delete(`${name}>${other}`);
      this.#back(other, name);
    }
  }

  #report(observer: string, peer: string, seen: boolean): void {
    if (observer === peer || !seen || !this.cluster.member(observer).alive) return;
    this.#down.add(`${observer}>${peer}`);
    this.cluster.on(observer, (raft) => raft.onPeerDown(nodeId(peer)));
  }

  #back(observer: string, peer: string): void {
    this.#down.delete(`${observer}>${peer}`);
    if (observer === peer || !this.cluster.member(observer).alive) return;
    this.cluster.on(observer, (raft) => raft.onPeerUp(nodeId(peer)));
  }

  #cutOrHeal(name: string): void {
    const other = this.#pick();
    const dice = this.#random.below(10);
    if (dice < 6) this.cluster.heal();
    else if (dice < 8) this.cluster.cuts.add(`${name}>${other}`);
    else if (dice < 9) this.cluster.isolate(name);
    else this.cluster.cut(name, other);
  }

  #falseAlarm(name: string): void {
    const other = this.#pick();
    if (this.#down.has(`${name}>${other}`)) this.#back(name, other);
    else this.#report(name, other, true);
  }

  #transfer(): void {
    for (const leader of this.cluster.leaders()) {
      this.cluster.on(leader, (raft) => raft.transferLeadership(nodeId(this.#pick())));
    }
  }

  /** What the driver does for quiet groups: the node of the leader is silent. */
  #nodeLiveness(): void {
    for (const name of this.#names) {
      const { alive, raft } = this.cluster.member(name);
      const { leader } = raft;
      if (!alive || !raft.isQuiet || leader === null || raft.isLeader) continue;
      const silent =
        !this.cluster.member(leader).alive || this.cluster.cuts.has(`${leader}>${name}`);
      if (silent) this.cluster.on(name, () => raft.wake());
    }
  }

  /**
   * The faults stop; connections that were reported dead are reported back, and nothing else
   * happens.
   */
  recover(): void {
    const { cluster } = this;
    cluster.heal();
    cluster.loss = 0;
    cluster.repetition = 0;
    for (const name of this.#names) if (!cluster.member(name).alive) this.#restart(name);
    for (const link of [...this.#down]) {
      const [observer = '', peer = ''] = link.split('>');
      this.#back(observer, peer);
    }
    cluster.instantDisk = true;
    for (const name of this.#names) cluster.confirmWrites(name);
    cluster.tickUntil(() => this.#agreed(), 400);
    cluster.tickUntil(() => this.#proposeEnd(), 100);
    cluster.tickUntil(() => this.#members().every((name) => this.#hasEnd(name)), 60);
    cluster.tickUntil(() => this.#members().every((name) => cluster.raft(name).isQuiet), 60);
  }

  #agreed(): boolean {
    const [leader, ...others] = this.cluster.leaders();
    if (leader === undefined || others.length > 0) return false;
    const { term } = this.cluster.raft(leader);
    return this.#members().every((name) => {
      const raft = this.cluster.raft(name);
      return raft.term === term && raft.leader === leader;
    });
  }

  /** Whoever the leader's configuration names; a joint one is left by itself. */
  #members(): readonly string[] {
    const [leader = ''] = this.cluster.leaders();
    const { voters, votersOutgoing, learners } = this.cluster.raft(leader).configuration;
    return [...new Set([...voters, ...votersOutgoing, ...learners])];
  }

  /** False while a transfer is under way. */
  #proposeEnd(): boolean {
    const [leader] = this.cluster.leaders();
    if (leader === undefined) return false;
    const result = this.cluster.on(leader, (raft) => raft.propose(command('the end'), 10));
    return result.kind === 'proposed';
  }

  #hasEnd(name: string): boolean {
    return this.cluster.member(name).applied.at(-1) === 'the end';
  }
}

const shapes = [
  { what: 'three voters', names: ['a', 'b', 'c'], configuration: voters('a', 'b', 'c') },
  {
    what: 'five voters',
    names: ['a', 'b', 'c', 'd', 'e'],
    configuration: voters('a', 'b', 'c', 'd', 'e'),
  },
  { what: 'three voters and a learner', names: ['a', 'b', 'c', 'd'], configuration: withLearner },
  { what: 'a joint configuration', names: ['a', 'b', 'c', 'd', 'e'], configuration: joint },
];

describe('random runs keep every safety property, and recover', () => {
  test.each(shapes)('$what', ({ what, names, configuration }) => {
    const total = { committed: 0, terms: 0, reads: 0, snapshots: 0, overwrites: 0, moves: 0 };
    for (let seed = 0; seed < seeds; seed++) {
      const run = new Run(`${what} ${seed}`, names, configuration);
      try {
        run.steps(2500);
        run.recover();
      } catch (error) {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
      total.committed += run.invariants.committed;
      total.terms += run.invariants.terms;
      total.reads += run.invariants.readsChecked;
      total.snapshots += run.cluster.snapshotsInstalled;
      total.overwrites += run.cluster.entriesOverwritten;
      total.moves += run.cluster.count('timeout-now');
    }
    // The runs are worth something only if all of this happened, many times.
    expect(total.committed).toBeGreaterThan(20 * seeds);
    for (const what of ['terms', 'reads'] as const) expect(total[what]).toBeGreaterThan(2 * seeds);
    for (const what of ['snapshots', 'overwrites', 'moves'] as const) {
      expect(total[what], what).toBeGreaterThan(seeds / 10);
    }
  });
});
