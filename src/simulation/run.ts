// The loop of a run: time passes tick by tick; within a tick, turns of delivery, disk and flush go
// on until nothing is due. A storm with the plan's faults, then a calm in which everything must come
// to rest.
//
//   tick ─► faults lifted and struck ─► clocks ─► clients ─► turn: frames ─► writes ─► flush ─┐
//                                                             ▲────────── while anything moves ┘

import { assert } from '../core/model/assert.ts';
import { tick } from '../core/model/ids.ts';
import type { Judges, LastLevel, Rest, Workload } from './cast.ts';
import type { Failure } from './outcome.ts';
import { Violation } from './outcome.ts';
import type { World } from './world.ts';

/** Ticks after which a world that is not at rest never will be: half a minute. */
const calmTicksMax = 3000;
/** Members that come and go take their data with them, one move after the other. */
const elasticCalmTicksMax = 6000;
/** Every so often, whether the world is at rest is looked at. */
const restEvery = 10;
/** Every so often, the real world gets a turn. */
const breatheEvery = 50;
/** More turns in one tick, and the nodes talk in circles. */
const turnsMax = 2000;

export interface RunOptions {
  readonly world: World;
  readonly ticks: number;
  readonly workload: Workload;
  readonly judges: Judges;
  readonly breathe?: (() => Promise<void>) | undefined;
}

export class Run {
  readonly #world: World;
  readonly #options: RunOptions;
  #now = 0;
  /** In the calm, nothing was astir when that was last looked at; true once it was. */
  #cameToRest = false;
  #isCalm = false;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#world = options.world;
  }

  /**
   * Where members come and go, nobody is on the way any more. At `all`, every replica has everything:
   * a snapshot for one that was left behind may take as long as the network pleases.
   */
  mayReadLast(level: LastLevel): boolean {
    const mayBeAstir = level === 'quorum' && !this.#world.operator.isElastic;
    return this.#cameToRest || (this.#isCalm && mayBeAstir);
  }

  get now(): number {
    return this.#now;
  }

  /** Plays everything; the failure that ended it, or null. */
  async play(): Promise<Failure | null> {
    try {
      await this.#world.start();
      while (this.#now < this.#options.ticks) await this.#tick();
      await this.#calm();
      return null;
    } catch (error) {
      return failureOf(error, this.#now);
    }
  }

  async #calm(): Promise<void> {
    const { workload, judges, ticks } = this.#options;
    await this.#world.calm();
    workload.onCalm(tick(this.#now));
    const { isElastic } = this.#world.operator;
    this.#isCalm = true;
    const calmMax = isElastic ? elasticCalmTicksMax : calmTicksMax;
    let unrest: string | null = 'nothing was looked at';
    while (unrest !== null) {
      if (this.#now >= ticks + calmMax) throw new Violation('progress', unrest);
      for (let i = 0; i < restEvery; i++) await this.#tick();
      const astir = this.#openErrands() ?? judges.unrest(this.#rest());
      this.#cameToRest ||= astir === null;
      unrest = this.#openOperations() ?? astir ?? (workload.idle ? null : 'the last reads come');
    }
    judges.judge(this.#rest());
  }

  async #tick(): Promise<void> {
    const { audience } = this.#world;
    if (this.#now % breatheEvery === 0) await this.#options.breathe?.();
    this.#now += 1;
    await this.#begin();
    for (let turn = 1; ; turn++) {
      assert(turn < turnsMax, () => `tick ${this.#now} never ends`);
      const work = this.#world.nemesis.strike(this.#now, turn);
      if (work !== null) await work;
      const moved = this.#world.network.deliverDue() > 0;
      const written = this.#write();
      // Whoever waited for a write is told in a microtask of its own.
      if (written) await null;
      const flushed = this.#world.schedule.flush();
      this.#world.check();
      if (!moved && !written && !flushed) break;
    }
    await this.#end();
    audience.onTick(tick(this.#now));
    this.#world.check();
  }

  /** Faults, clocks, and what the clients have to ask. */
  async #begin(): Promise<void> {
    const { nemesis, network, operator, schedule } = this.#world;
    this.#world.now = this.#now;
    network.advance(1);
    schedule.turn();
    const lifted = nemesis.lift(this.#now);
    if (lifted !== null) await lifted;
    const struck = nemesis.strike(this.#now, 0);
    if (struck !== null) await struck;
    for (const machine of schedule.order) machine.onTick(this.#now);
    operator.onTick(this.#now);
    const started = operator.takeWork();
    if (started !== null) await started;
    this.#options.workload.onTick(tick(this.#now));
  }

  /** Finishes the writes that are due. */
  #write(): boolean {
    let any = false;
    for (const machine of this.#world.schedule.order) any = machine.completeWrites() || any;
    return any;
  }

  /** Faults whose turn never came, and processes that have drained. */
  async #end(): Promise<void> {
    const { nemesis } = this.#world;
    const struck = nemesis.strike(this.#now, Number.POSITIVE_INFINITY);
    if (struck !== null) await struck;
    const stopped = nemesis.stopDrained();
    if (stopped !== null) await stopped;
  }

  #rest(): Rest {
    const machines = this.#world.park.all;
    return { tick: tick(this.#now), machines, workload: this.#options.workload };
  }

  /** What the operator still wants done; null: nothing. */
  #openErrands(): string | null {
    const errands = this.#world.operator.open();
    return errands.length === 0
      ? null
      : `${errands.length} errands are open: ${errands.join('; ')}`;
  }

  /** What clients still wait for; null: nothing. */
  #openOperations(): string | null {
    const open = this.#options.workload.openOperations();
    if (open.length === 0) return null;
    return `${open.length} operations are open: ${open.slice(0, 5).join('; ')}`;
  }
}

function failureOf(error: unknown, now: number): Failure {
  if (error instanceof Violation) {
    const { invariant, message } = error;
    const kind = invariant === 'progress' ? 'liveness' : 'correctness';
    return { kind, invariant, message, tick: now };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { kind: 'crash', invariant: 'assertion', message, tick: now };
}
