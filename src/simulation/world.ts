// Everything that a plan needs, put together: the network, the machines, the nemesis and whoever
// watches them.

import { type NodeId, tick } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import type { Member } from '../core/model/member.ts';
import type { Random } from '../core/model/random.ts';
import { Audience } from './audience.ts';
import type { ClientNetwork } from './cast.ts';
import { bootstrapOf, namesOf, simulatedCluster, storageOf } from './cluster.ts';
import { ClusterFile } from './cluster-file.ts';
import { PretendedDisk } from './disk/disk.ts';
import { trueMs } from './machine/clock.ts';
import { Machine } from './machine/machine.ts';
import { MachinePark } from './machine/park.ts';
import { Schedule } from './machine/schedule.ts';
import { Nemesis } from './nemesis/nemesis.ts';
import { Stakes } from './nemesis/stakes.ts';
import { Cuts } from './network/cuts.ts';
import { SimulatedNetwork } from './network/network.ts';
import { Weather } from './network/weather.ts';
import type { Observer } from './observation.ts';
import { isElastic, Operator } from './operator/operator.ts';
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
  readonly park: MachinePark;
  readonly schedule: Schedule;
  readonly operator: Operator;
  readonly nemesis: Nemesis;
  readonly #file: ClusterFile;
  now = 0;
  #crash: { readonly error: unknown } | null = null;

  constructor({ plan, random, observers }: WorldOptions) {
    const bootstrap = bootstrapOf(plan);
    const weather = new Weather({ random: random.stream('network'), usual: plan.network });
    const network = new SimulatedNetwork({
      fate: (packet) => weather.fate(packet),
      phaseSeed: random.stream('phases').between(1, 2 ** 31),
    });
    const stakes = new Stakes(bootstrap);
    const elastic = isElastic(plan.faults);
    this.audience = new Audience(elastic ? [...observers, stakes] : observers);
    this.network = network;
    this.#file = new ClusterFile(bootstrap.members);
    this.schedule = new Schedule({ pace: plan.pace, random: random.stream('schedule') });
    this.park = new MachinePark({
      make: (member) => this.#machine(member, plan, random),
      onChange: () => this.schedule.change(this.park.current),
    });
    this.operator = new Operator({
      clusterId: simulatedCluster,
      network: this.clientNetwork(random.stream('operator/network')),
      park: this.park,
      file: this.#file,
      random: random.stream('operator'),
      mayLose: (node) => !elastic || stakes.mayLose(node, this.park),
      isElastic: elastic,
    });
    this.nemesis = new Nemesis({
      faults: plan.faults,
      park: this.park,
      operator: this.operator,
      network,
      weather,
      cuts: new Cuts({ network, members: namesOf(plan) }),
      audience: this.audience,
      random: random.stream('nemesis'),
    });
    for (const member of bootstrap.members) this.park.add(member);
  }

  /** True time; only the machines' clocks are ever wrong. */
  get wallMs(): number {
    return trueMs(this.now, limits.tickMs);
  }

  /** Names in the cluster's file. */
  get listed(): readonly NodeId[] {
    return this.#file.members.map(({ node }) => node);
  }

  async start(): Promise<void> {
    for (const machine of this.park.all) await machine.start();
    this.check();
  }

  /** The storm is over. */
  async calm(): Promise<void> {
    await this.nemesis.endAll();
    this.operator.insist();
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

  #machine({ node: name, storageId }: Member, plan: Plan, random: Random): Machine {
    const isOfBirth = storageId === storageOf(name);
    const stream = isOfBirth ? `disk/${name}` : `disk/${storageId}`;
    const machine = new Machine({
      name,
      storageId,
      bootstrap: bootstrapOf(plan),
      members: () => this.#file.members,
      makeRoom: (starting) => this.park.makeRoomFor(starting),
      bounds: { ...limits, ...plan.limits },
      seed: isOfBirth ? plan.seed : `${plan.seed}/${storageId}`,
      disk: new PretendedDisk({ delay: diskDelay(plan.disk, random.stream(stream)) }),
      network: this.network,
      audience: this.audience,
      tickMs: limits.tickMs,
      onCrash: (error) => {
        this.#crash ??= { error };
      },
      onRemoved: () => this.#file.remove({ node: name, storageId }),
    });
    machine.clock.advance(this.now);
    return machine;
  }
}

function diskDelay({ delayMin, delayMax }: DiskWeather, random: Random): () => number {
  return () => (delayMax > delayMin ? random.between(delayMin, delayMax) : delayMin);
}
