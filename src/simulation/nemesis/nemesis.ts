// Plays the faults of a plan: each begins at its tick and turn, and is lifted when its time is over.
// What can not happen (a kill of what is down already) does not happen, and nobody is told of it.
// Chance inside a fault comes from a stream of its own.

import { assert } from '../../core/model/assert.ts';
import type { NodeId } from '../../core/model/ids.ts';
import type { Random } from '../../core/model/random.ts';
import type { Fault, MembershipFault } from '../../faults/fault.ts';
import { durationOf, isMembershipFault } from '../../faults/fault.ts';
import type { Audience } from '../audience.ts';
import type { Machine } from '../machine/machine.ts';
import type { MachinePark } from '../machine/park.ts';
import type { CutFault, Cuts } from '../network/cuts.ts';
import type { SimulatedNetwork } from '../network/network.ts';
import type { LinkFault, Weather } from '../network/weather.ts';
import type { Operator } from '../operator/operator.ts';
import type { PlannedFault } from '../plan.ts';
import { FaultsOfNodes, type NodeFault } from './node-faults.ts';
import { foreignFrame, garbageFrame } from './strange-frames.ts';

export interface NemesisOptions {
  readonly faults: readonly PlannedFault[];
  readonly park: MachinePark;
  readonly operator: Operator;
  readonly network: SimulatedNetwork;
  readonly weather: Weather;
  readonly cuts: Cuts;
  readonly audience: Audience;
  readonly random: Random;
}

interface Active {
  readonly planned: PlannedFault;
  /** That it struck: its name may be another's when it is lifted. null: it struck the network. */
  readonly machine: Machine | null;
  readonly endsAt: number;
}

export class Nemesis {
  readonly #options: NemesisOptions;
  readonly #ofNodes: FaultsOfNodes;
  /** Not struck yet, the next one last. */
  readonly #waiting: PlannedFault[];
  #active: Active[] = [];

  constructor(options: NemesisOptions) {
    this.#options = options;
    this.#ofNodes = new FaultsOfNodes(options.park, options.operator);
    this.#waiting = [...options.faults].sort(
      (a, b) => b.fault.at - a.fault.at || b.turn - a.turn || b.id - a.id,
    );
  }

  /** Strikes what is due; resolves when every process that had to start or stop has. */
  strike(now: number, turn: number): Promise<void> | null {
    for (let next = this.#waiting.at(-1); next !== undefined; next = this.#waiting.at(-1)) {
      if (next.fault.at > now || (next.fault.at === now && next.turn > turn)) break;
      this.#waiting.pop();
      this.#begin(next, now);
    }
    return this.#ofNodes.takeWork();
  }

  /** Lifts what is over. */
  lift(now: number): Promise<void> | null {
    for (const active of this.#active.filter(({ endsAt }) => endsAt <= now)) this.#end(active);
    return this.#ofNodes.takeWork();
  }

  /** Stops the processes that were asked to, and have handed over what they led. */
  stopDrained(): Promise<void> | null {
    return this.#ofNodes.stopDrained();
  }

  /** Lifts everything, forgets what did not strike yet, and starts every process that may start. */
  endAll(): Promise<void> | null {
    this.#waiting.length = 0;
    for (const active of [...this.#active]) this.#end(active);
    this.#options.weather.calm();
    for (const machine of this.#options.park.all) this.#ofNodes.setRight(machine);
    return this.#ofNodes.takeWork();
  }

  #begin(planned: PlannedFault, now: number): void {
    const { fault } = planned;
    // Known before it strikes: what it causes belongs to it.
    if (!this.#mayStrike(planned)) return;
    this.#options.audience.onFault(planned, 'start');
    if (durationOf(fault) > 0) {
      const isOfNode = 'node' in fault && fault.kind !== 'isolate';
      const machine = isOfNode ? this.#machine(fault.node) : null;
      this.#active.push({ planned, machine, endsAt: now + durationOf(fault) });
    }
    this.#strike(planned);
  }

  #mayStrike({ fault }: PlannedFault): boolean {
    if (isMembershipFault(fault)) return this.#options.operator.mayStrike(fault);
    if (!('node' in fault)) return true;
    const machine = this.#options.park.of(fault.node);
    return machine !== null && this.#ofNodes.mayStrike(fault, machine);
  }

  #strike({ fault, id }: PlannedFault): void {
    if (isMembershipFault(fault)) {
      this.#options.operator.strike({ fault, id });
      return;
    }
    this.#strikeWorld(fault, id);
  }

  #strikeWorld(fault: Exclude<Fault, MembershipFault>, id: number): void {
    const random = this.#options.random.stream(`fault/${id}`);
    switch (fault.kind) {
      case 'partition':
      case 'isolate':
      case 'slow':
      case 'flaky':
      case 'dup':
      case 'reorder':
        this.#changeNetwork();
        return;
      case 'foreign-frame':
        this.#inject(fault, foreignFrame(fault));
        return;
      case 'garbage-frame':
        this.#inject(fault, garbageFrame(fault, random));
        return;
      default:
        this.#ofNodes.strike(fault, { machine: this.#machine(fault.node), random });
    }
  }

  #end(active: Active): void {
    const { planned } = active;
    const { fault } = planned;
    this.#active = this.#active.filter((other) => other !== active);
    this.#options.audience.onFault(planned, 'end');
    if (active.machine !== null) {
      const random = this.#options.random.stream(`end/${planned.id}`);
      this.#ofNodes.lift(fault as NodeFault, { machine: active.machine, random });
    } else this.#changeNetwork();
  }

  #changeNetwork(): void {
    const faults = this.#active.map(({ planned }) => planned.fault);
    this.#options.weather.change(faults.filter((fault): fault is LinkFault => 'from' in fault));
    this.#options.cuts.change(
      faults.filter(
        (fault): fault is CutFault => fault.kind === 'partition' || fault.kind === 'isolate',
      ),
    );
  }

  #inject({ from, to }: { readonly from: NodeId; readonly to: NodeId }, frame: Uint8Array): void {
    const { network } = this.#options;
    network.schedule(() => network.endpoint(to)?.onStrangeFrame(frame, from));
  }

  #machine(node: NodeId): Machine {
    const machine = this.#options.park.of(node);
    assert(machine !== null, () => `no machine is called ${node}`);
    return machine;
  }
}
