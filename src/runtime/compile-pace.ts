// How soon V8 compiles a function anew, for speed. A start runs a little of everything, three nodes at
// a time, and a resting node the same little for hours: there the compiler would take a sixth and a
// quarter of the processor. Under load it is worth its time.

/** How much of a function must have run, in V8's units; V8's own is the second. */
const budgets = { reluctant: '--interrupt-budget=400000', eager: '--interrupt-budget=67584' };
/**
 * So many flushes in less than the first time are load, in more than the second rest: a resting node
 * takes 20 s for them, one under load less than a second, in which the first callers of a new cluster
 * do not wait for the compiler. Between the two is load that comes and goes: it changes nothing.
 */
const windowFlushes = 200;
const loadMs = 1500;
const restMs = 10_000;

export interface CompilePaceOptions {
  /** Changes one flag of V8, now. */
  readonly tune: (flag: string) => void;
  readonly nowMs: () => number;
}

export class CompilePace {
  readonly #options: CompilePaceOptions;
  #eager = false;
  #flushes = 0;
  #sinceMs: number;

  constructor(options: CompilePaceOptions) {
    this.#options = options;
    this.#sinceMs = options.nowMs();
    options.tune(budgets.reluctant);
  }

  /** The node has flushed once more: how often it does tells whether it is at work. */
  onFlush(): void {
    this.#flushes++;
    if (this.#flushes < windowFlushes) return;
    const now = this.#options.nowMs();
    const tookMs = now - this.#sinceMs;
    this.#sinceMs = now;
    this.#flushes = 0;
    if (tookMs < loadMs) this.#become(true);
    else if (tookMs > restMs) this.#become(false);
  }

  #become(eager: boolean): void {
    if (eager === this.#eager) return;
    this.#eager = eager;
    this.#options.tune(eager ? budgets.eager : budgets.reluctant);
  }
}
