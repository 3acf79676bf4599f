// A node in the hands of its host, with the audience looking on: each input before and after it,
// each Ready before it is carried out.

import type { Input, Ready } from '../../core/contract.ts';
import type { Node } from '../../core/node.ts';
import type { DrivenNode } from '../../host/host.ts';
import type { Audience } from '../audience.ts';
import type { MachineView } from '../observation.ts';

export class WatchedNode implements DrivenNode {
  readonly #node: Node;
  readonly #machine: MachineView;
  readonly #audience: Audience;

  constructor(options: { node: Node; machine: MachineView; audience: Audience }) {
    this.#node = options.node;
    this.#machine = options.machine;
    this.#audience = options.audience;
  }

  step(input: Input): void {
    this.#audience.onInput(this.#machine, input);
    this.#node.step(input);
    this.#audience.onStep(this.#machine);
  }

  takeReady(): Ready {
    const ready = this.#node.takeReady();
    this.#audience.onReady(this.#machine, ready);
    return ready;
  }

  takeReleasable(): ReturnType<Node['takeReleasable']> {
    return this.#node.takeReleasable();
  }

  get removed(): boolean {
    return this.#node.removed;
  }

  get hasOutput(): boolean {
    return this.#node.hasOutput;
  }
}
