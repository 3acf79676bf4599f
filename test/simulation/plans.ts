// Plans for tests of the engine: good weather, a few writes, and exactly the faults asked for; and a
// watcher that remembers what happened.

import type { Input } from '../../src/core/contract.ts';
import { featureLevelOfThisBuild } from '../../src/core/model/features.ts';
import { nodeId, tick } from '../../src/core/model/ids.ts';
import type { Fault } from '../../src/faults/fault.ts';
import { deadNodeTimeoutMs } from '../../src/simulation/draw.ts';
import type { MachineView, Observer } from '../../src/simulation/observation.ts';
import type { Plan, PlannedFault, PlannedOperation } from '../../src/simulation/plan.ts';

export const [node1, node2, node3] = [nodeId('node1'), nodeId('node2'), nodeId('node3')];

export function planWith(faults: readonly Fault[], changes: Partial<Plan> = {}): Plan {
  return {
    schema: 1,
    seed: 'test',
    nodes: 3,
    ticks: 600,
    partitions: 2,
    replicationFactor: 3,
    resolver: 'lww',
    deadNodeTimeoutMs,
    featureLevel: featureLevelOfThisBuild,
    limits: {},
    network: { delayMin: 0, delayMax: 1, loss: 0, dup: 0, reorder: 0 },
    disk: { delayMin: 0, delayMax: 0 },
    pace: { lazy: 0 },
    mix: {},
    faults: faults.map((fault, at): PlannedFault => ({ id: at + 1, turn: 0, fault })),
    operations: writes(600),
    ...changes,
  };
}

/** One write every ten ticks, by two clients, to four keys. */
export function writes(ticks: number): PlannedOperation[] {
  return Array.from({ length: Math.floor(ticks / 10) }, (_, number) => ({
    id: number + 1,
    at: tick(10 * number + 5),
    client: 1 + (number % 2),
    via: 'leader',
    kind: 'write',
    key: `r${1 + (number % 4)}`,
    value: `v${number}`,
    consistency: 'quorum',
    retries: 5,
    deadlineTicks: 100,
  }));
}

/** What happened, as short lines with their ticks, and how often. */
export class Diary implements Observer {
  readonly lines: string[] = [];
  readonly inputs: { readonly at: number; readonly to: string; readonly input: Input }[] = [];
  /** The tick that is under way: the engine tells when one is over. */
  #now = 1;

  onTick(now: number): void {
    this.#now = now + 1;
  }
  onBirth({ name, incarnation }: MachineView): void {
    this.#note(`${name} starts ${incarnation}`);
  }
  onEnd({ name }: MachineView, how: string): void {
    this.#note(`${name} ends: ${how}`);
  }
  onRefused({ name, refusal }: MachineView): void {
    this.#note(`${name} refuses: ${refusal}`);
  }
  onDrop({ name }: MachineView, reason: string): void {
    this.#note(`${name} drops: ${reason}`);
  }
  onFault(_: PlannedFault, phase: string): void {
    this.#note(`fault ${phase}`);
  }
  onInput({ name: to }: MachineView, input: Input): void {
    this.inputs.push({ at: this.#now, to, input });
  }

  /** Without ticks; each line once for each time it happened. */
  linesAbout(text: string): string[] {
    return this.lines
      .map((line) => line.slice(line.indexOf(' ') + 1))
      .filter((line) => line.includes(text));
  }

  /** Messages that `to` got from `from` in the given ticks. */
  messages({
    from,
    to,
    between,
  }: {
    from: string;
    to: string;
    between: readonly [number, number];
  }) {
    return this.inputs.flatMap(({ at, to: node, input }) =>
      node === to &&
      input.kind === 'message' &&
      input.from === from &&
      at >= between[0] &&
      at < between[1]
        ? [{ at, message: input.message }]
        : [],
    );
  }

  #note(text: string): void {
    this.lines.push(`${this.#now} ${text}`);
  }
}
