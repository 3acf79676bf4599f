// Everything that a plan needs, put together: the network, the machines, the nemesis and whoever
// watches them.

import type { NodeId } from '../core/model/ids.ts';
import { tick } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import type { Random } from '../core/model/random.ts';
import { Audience } from './audience.ts';
import type { ClientNetwork } from './cast.ts';
import { bootstrapOf, memberNames, storageOf } from './cluster.ts';
import { PretendedDisk } from './disk/disk.ts';
import { trueMs } from './machine/clock.ts';
import { Machine } from './machine/machine.ts';
import { Schedule } from './machine/schedule.ts';
import { Nemesis } from './nemesis/nemesis.ts';
import { Cuts } from './network/cuts.ts';
import { SimulatedNetwork } from './network/network.ts';
import { Weather } from './network/weather.ts';
import type { Observer } from './observation.ts';
import type { DiskWeather, Plan } from './plan.ts';

export interface WorldOptions {
  readonly plan: Plan;
  /** Every stream of chance of the world begins here. */
  readonly random: Random;
  readonly observers: readonly Observer[];
}

export class World {
  readonly audience: Audience;
  readonly network: SimulatedNetwork;
  /** In order of name. */
  readonly machines: ReadonlyMap<NodeId, Machine>;
  readonly schedule: Schedule;
  readonly nemesis: Nemesis;
  now = 0;
  #crash: { readonly error: unknown } | null = null;

  constructor({ plan, random, observers }: WorldOptions) {
    const members = memberNames(plan.nodes);
    const weather = new Weather({ random: random.stream('network'), usual: plan.network });
    const network = new SimulatedNetwork({
      fate: (packet) => weather.fate(packet),
      phaseSeed: random.stream('phases').between(1, 2 ** 31),
    });
    this.audience = new Audience(observers);
    this.network = network;
    this.machines = new Map(members.map((name) => [name, this.#machine(name, plan, random)]));
    this.schedule = new Schedule({
      machines: this.machines.values(),
      pace: plan.pace,
      random: random.stream('schedule'),
    });
    this.nemesis = new Nemesis({
      faults: plan.faults,
      machines: this.machines,
      network,
      weather,
      cuts: new Cuts({ network, members }),
      audience: this.audience,
      random: random.stream('nemesis'),
    });
  }

  /** True time; only the machines' clocks are ever wrong. */
  get wallMs(): number {
    return trueMs(this.now, limits.tickMs);
  }

  async start(): Promise<void> {
    for (const machine of this.machines.values()) await machine.start();
    this.check();
  }

  /** The storm is over. */
  async calm(): Promise<void> {
    await this.nemesis.endAll();
    this.check();
    this.audience.onCalm(tick(this.now));
  }

  /** Throws what a node threw since the last call. */
  check(): void {
    if (this.#crash !== null) throw this.#crash.error;
  }

  /** The clients' end of the network. */
  clientNetwork(random: Random): ClientNetwork {
    const streams = new Map<number, Random>();
    const streamOf = (client: number): Random => {
      const stream = streams.get(client) ?? random.stream(`client/${client}`);
      streams.set(client, stream);
      return stream;
    };
    return {
      connect: ({ client, node, onFrame }) => {
        const stream = streamOf(client);
        // Most frames of clients come at once: what they wait for is the cluster.
        const delay = () => (stream.chance(0.2) ? stream.between(1, 3) : 0);
        const name = `client${client}@${node}`;
        return this.network.client({ name, node, onFrame, delay });
      },
    };
  }

  #machine(name: NodeId, plan: Plan, random: Random): Machine {
    const disk = new PretendedDisk({ delay: diskDelay(plan.disk, random.stream(`disk/${name}`)) });
    return new Machine({
      name,
      storageId: storageOf(name),
      bootstrap: bootstrapOf(plan),
      bounds: { ...limits, ...plan.limits },
      seed: plan.seed,
      disk,
      network: this.network,
      audience: this.audience,
      tickMs: limits.tickMs,
      onCrash: (error) => {
        this.#crash ??= { error };
      },
    });
  }
}

function diskDelay({ delayMin, delayMax }: DiskWeather, random: Random): () => number {
  return () => (delayMax > delayMin ? random.between(delayMin, delayMax) : delayMin);
}
