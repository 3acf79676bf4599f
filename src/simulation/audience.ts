// Everyone who watches a run, asked in the order in which they were given. A hook that nobody has
// costs nothing.

import type { Input, Ready } from '../core/contract.ts';
import type { Tick } from '../core/model/ids.ts';
import type { Recovered } from '../core/model/records.ts';
import type { End, MachineView, Observer } from './observation.ts';
import type { PlannedFault } from './plan.ts';

type Hook = keyof Observer;
type Listeners = {
  readonly [Name in Hook]: readonly (Observer & Required<Pick<Observer, Name>>)[];
};

export class Audience implements Required<Observer> {
  readonly #of: Listeners;

  constructor(observers: readonly Observer[]) {
    const having = <Name extends Hook>(name: Name) =>
      observers.filter(
        (observer): observer is Observer & Required<Pick<Observer, Name>> =>
          observer[name] !== undefined,
      );
    this.#of = {
      onBirth: having('onBirth'),
      onEnd: having('onEnd'),
      onRefused: having('onRefused'),
      onInput: having('onInput'),
      onStep: having('onStep'),
      onReady: having('onReady'),
      onFault: having('onFault'),
      onDrop: having('onDrop'),
      onCalm: having('onCalm'),
      onTick: having('onTick'),
    };
  }

  onBirth(machine: MachineView, recovered: Recovered): void {
    for (const observer of this.#of.onBirth) observer.onBirth(machine, recovered);
  }

  onEnd(machine: MachineView, how: End): void {
    for (const observer of this.#of.onEnd) observer.onEnd(machine, how);
  }

  onRefused(machine: MachineView): void {
    for (const observer of this.#of.onRefused) observer.onRefused(machine);
  }

  onInput(machine: MachineView, input: Input): void {
    for (const observer of this.#of.onInput) observer.onInput(machine, input);
  }

  onStep(machine: MachineView): void {
    for (const observer of this.#of.onStep) observer.onStep(machine);
  }

  onReady(machine: MachineView, ready: Ready): void {
    for (const observer of this.#of.onReady) observer.onReady(machine, ready);
  }

  onFault(fault: PlannedFault, phase: 'start' | 'end'): void {
    for (const observer of this.#of.onFault) observer.onFault(fault, phase);
  }

  onDrop(machine: MachineView, reason: string): void {
    for (const observer of this.#of.onDrop) observer.onDrop(machine, reason);
  }

  onCalm(tick: Tick): void {
    for (const observer of this.#of.onCalm) observer.onCalm(tick);
  }

  onTick(tick: Tick): void {
    for (const observer of this.#of.onTick) observer.onTick(tick);
  }
}
