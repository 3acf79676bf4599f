// Everything is bounded (DESIGN 4): a node never holds more requests, nor a leader more uncommitted
// bytes, than its limits say.

import type { Ready } from '../../core/contract.ts';
import type { Bounds } from '../../core/model/limits.ts';
import { limits as defaults } from '../../core/model/limits.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant } from './watch.ts';

export class Bounded implements Invariant {
  readonly #requestsMax: number;

  constructor(limits: Partial<Bounds>) {
    // One more is held while it is being refused.
    this.#requestsMax = (limits.pendingRequestsMax ?? defaults.pendingRequestsMax) + 1;
  }

  onReady({ name, node }: MachineView, _ready: Ready): void {
    const open = node?.openCalls ?? 0;
    if (open <= this.#requestsMax) return;
    const facts = `${name} holds ${open} requests; ${this.#requestsMax} are allowed`;
    throw new Violation('bounded', facts);
  }
}
