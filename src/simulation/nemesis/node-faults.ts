// The faults of one machine: its process, its disk, its clock. Faults overlap: a process that
// several of them keep down is started when the last one is lifted.

import type { Random } from '../../core/model/random.ts';
import type { Fault, MembershipFault } from '../../faults/fault.ts';
import type { CrashOptions } from '../disk/disk.ts';
import type { Machine } from '../machine/machine.ts';
import type { MachinePark } from '../machine/park.ts';
import type { Operator } from '../operator/operator.ts';

export type NodeFault = Exclude<
  Extract<Fault, { node: unknown }>,
  MembershipFault | { kind: 'isolate' }
>;

interface Victim {
  readonly machine: Machine;
  readonly random: Random;
}

const everything = Number.MAX_SAFE_INTEGER;

/** At their end the process is started. */
const keepDown: readonly Fault['kind'][] = [
  'kill',
  'power-cut',
  'restart',
  'bit-flip',
  'wipe',
  'disk-full',
  'disk-failing',
];

export class FaultsOfNodes {
  readonly #park: MachinePark;
  readonly #operator: Pick<Operator, 'mayLose'>;
  /** Faults in force that keep the process of a machine down. */
  readonly #holds = new Map<Machine, number>();
  #work: Promise<void>[] = [];

  constructor(park: MachinePark, operator: Pick<Operator, 'mayLose'>) {
    this.#park = park;
    this.#operator = operator;
  }

  /** What has to be waited for since the last call. */
  takeWork(): Promise<void> | null {
    if (this.#work.length === 0) return null;
    const work = Promise.all(this.#work).then(() => undefined);
    this.#work = [];
    return work;
  }

  /** False: it could not happen, or would destroy more than the cluster can bear to lose. */
  mayStrike(fault: Fault, machine: Machine): boolean {
    switch (fault.kind) {
      case 'kill':
      case 'power-cut':
        return machine.node !== null;
      case 'bit-flip':
      case 'wipe':
        return machine.node !== null && machine.diskSurvived && this.#operator.mayLose(machine);
      case 'restart':
        return machine.state === 'up' && !machine.isDraining;
      case 'pause':
        return machine.state === 'up';
      case 'disk-full':
      case 'disk-failing':
        return !isGone(machine) && machine.disk.failure === null;
      default:
        return true;
    }
  }

  strike(fault: NodeFault, victim: Victim): void {
    if (keepDown.includes(fault.kind)) this.#hold(victim.machine, 1);
    this.#strike(fault, victim);
  }

  #strike(fault: NodeFault, { machine, random }: Victim): void {
    switch (fault.kind) {
      case 'kill':
        machine.kill(keptByKill(machine, random));
        return;
      case 'power-cut':
        machine.cutPower({ logBytes: fault.tornBytes, stateBatches: fault.stateBatches });
        return;
      case 'restart':
        machine.drain();
        return;
      case 'pause':
        machine.pause();
        return;
      case 'skew':
        machine.clock.skewMs += fault.ms;
        return;
      case 'clock-jump':
        machine.clock.jump(fault.ms);
        return;
      case 'disk-slow':
        machine.disk.slowedTicks += fault.delay;
        return;
      case 'disk-full':
        machine.disk.fail('disk-full');
        return;
      case 'disk-failing':
        machine.disk.fail('disk-failed');
        return;
      case 'bit-flip':
        machine.kill(keptByKill(machine, random));
        machine.flipBit(fault);
        return;
      case 'wipe':
        machine.kill(keptByKill(machine, random));
        machine.wipe();
    }
  }

  lift(fault: NodeFault, { machine, random }: Victim): void {
    switch (fault.kind) {
      case 'pause':
        machine.resume({ clockFirst: random.chance(0.5) });
        return;
      case 'skew':
        machine.clock.skewMs -= fault.ms;
        return;
      case 'disk-slow':
        machine.disk.slowedTicks -= fault.delay;
        return;
      case 'clock-jump':
        return;
      case 'disk-full':
      case 'disk-failing':
        machine.disk.repair();
        this.#release(machine);
        return;
      default:
        this.#release(machine);
    }
  }

  #hold(machine: Machine, by: 1 | -1): number {
    const holds = (this.#holds.get(machine) ?? 0) + by;
    this.#holds.set(machine, holds);
    return holds;
  }

  #release(machine: Machine): void {
    if (this.#hold(machine, -1) > 0) return;
    const stopped = machine.isDraining ? machine.stop() : Promise.resolve();
    this.#work.push(stopped.then(() => machine.start()));
  }

  /** Stops the processes that were asked to, and have handed over what they led. */
  stopDrained(): Promise<void> | null {
    for (const machine of this.#park.current) {
      if (machine.isDrained) this.#work.push(machine.stop());
    }
    return this.takeWork();
  }

  /** After the storm: the clock is right, and the process runs if it may. */
  setRight(machine: Machine): void {
    machine.clock.setRight();
    this.#work.push(machine.start());
  }
}

function isGone({ state, isMember }: Machine): boolean {
  return state === 'refused' || !isMember;
}

/** A killed process loses what it had not handed over: of the write under way, any part is there. */
function keptByKill(machine: Machine, random: Random): CrashOptions {
  const share = random.below(3);
  const logBytes = share === 0 ? 0 : share === 1 ? everything : random.between(1, 400);
  return { logBytes, stateBatches: machine.disk.unsynced };
}
