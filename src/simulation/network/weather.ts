// What becomes of each frame: the weather of the plan, made worse by the faults in force on its
// link. Each link draws from its own stream, so that traffic on one shifts nothing on another.

import type { NodeId } from '../../core/model/ids.ts';
import type { Random } from '../../core/model/random.ts';
import type { Dup, Flaky, Reorder, Slow } from '../../faults/fault.ts';
import type { NetworkWeather } from '../plan.ts';
import type { Fate, Packet } from './fabric.ts';

export type LinkFault = Slow | Flaky | Dup | Reorder;

interface LinkWeather extends NetworkWeather {
  readonly random: Random;
  /** Ticks by which an overtaken frame is late, at most. */
  readonly window: number;
}

const windowOfPlan = 3;

export class Weather {
  readonly #random: Random;
  readonly #links = new Map<NodeId, Map<NodeId, LinkWeather>>();
  #usual: NetworkWeather;
  #faults: readonly LinkFault[] = [];

  constructor(options: { readonly random: Random; readonly usual: NetworkWeather }) {
    this.#random = options.random;
    this.#usual = options.usual;
  }

  /** The link faults in force from now on. */
  change(faults: readonly LinkFault[]): void {
    this.#faults = faults;
    for (const [from, ways] of this.#links) {
      for (const [to, { random }] of ways) ways.set(to, this.#weatherOf({ from, to, random }));
    }
  }

  /** Frames still take their time, but all of them arrive, once, and in order. */
  calm(): void {
    this.#usual = { ...this.#usual, loss: 0, dup: 0, reorder: 0 };
    this.change([]);
  }

  fate({ from, to }: Packet): Fate {
    const { random, delayMin, delayMax, loss, dup, reorder, window } = this.#link(from, to);
    const delayTicks = delayMax > delayMin ? random.between(delayMin, delayMax) : delayMin;
    if (loss > 0 && random.chance(loss)) return { copies: 0, delayTicks, lateTicks: 0 };
    const copies = dup > 0 && random.chance(dup) ? 2 : 1;
    const lateTicks = reorder > 0 && random.chance(reorder) ? random.between(1, window) : 0;
    return { copies, delayTicks, lateTicks };
  }

  #link(from: NodeId, to: NodeId): LinkWeather {
    const known = this.#links.get(from)?.get(to);
    if (known !== undefined) return known;
    const random = this.#random.stream(`${from}/${to}`);
    const weather = this.#weatherOf({ from, to, random });
    const ways = this.#links.get(from) ?? new Map<NodeId, LinkWeather>();
    this.#links.set(from, ways.set(to, weather));
    return weather;
  }

  #weatherOf({ from, to, random }: { from: NodeId; to: NodeId; random: Random }): LinkWeather {
    let { delayMin, delayMax, loss, dup, reorder } = this.#usual;
    let window = windowOfPlan;
    for (const fault of this.#faults) {
      if (fault.from !== from || fault.to !== to) continue;
      if (fault.kind === 'slow') {
        delayMin += fault.delay;
        delayMax += fault.delay + fault.jitter;
      } else if (fault.kind === 'flaky') loss = either(loss, fault.share);
      else if (fault.kind === 'dup') dup = either(dup, fault.share);
      else {
        reorder = either(reorder, fault.share);
        window = Math.max(window, fault.window);
      }
    }
    return { random, delayMin, delayMax, loss, dup, reorder, window };
  }
}

/** The share that at least one of two independent shares hits. */
function either(a: number, b: number): number {
  return 1 - (1 - a) * (1 - b);
}
