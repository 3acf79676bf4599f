// One node in the real world: its host, its ticks, and when to flush. One flush per turn of the
// event loop, so that everything of a turn shares one write, one sync and one frame per peer.

import type { Node } from '../core/node.ts';
import { Host, type HostOptions } from '../host/host.ts';
import type { Clock } from '../ports/clock.ts';
import { Ticker } from './ticker.ts';

/**
 * With this many calls open, flushes come at least this far apart. Every flush costs a frame to
 * each peer and a write to the disk, whatever is in it; measured, that is most of what a put costs.
 */
const gatherCallsMin = 4;
const gatherMs = 1;

export interface LoopOptions extends Omit<HostOptions, 'onWork' | 'node'> {
  readonly node: Node;
  readonly clock: Clock;
}

export class Loop {
  readonly #options: LoopOptions;
  readonly #host: Host;
  readonly #ticker: Ticker;
  #flushScheduled = false;
  #flushedAtMs = Number.NEGATIVE_INFINITY;
  #onDrained: (() => void) | null = null;

  constructor(options: LoopOptions) {
    this.#options = options;
    const onFatal = (error: unknown) => this.#fail(error);
    this.#host = new Host({ ...options, onFatal, onWork: () => this.#scheduleFlush() });
    const onTicks = (ticks: number) => this.#onTicks(ticks);
    this.#ticker = new Ticker({ clock: options.clock, onTicks });
  }

  async start(): Promise<void> {
    await this.#options.transport.start(this.#host);
    this.#ticker.arm(1);
    this.#scheduleFlush();
  }

  /** Hands leaderships over; resolves when that is done or after `limitMs`. */
  drain(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(limitMs, resolve);
      this.#onDrained = () => {
        cancel();
        resolve();
      };
      this.#host.step({ kind: 'drain' });
    });
  }

  /** Lets go of sockets and files. What was acknowledged is durable; the rest may be lost. */
  async stop(): Promise<void> {
    this.#host.stop();
    this.#ticker.stop();
    await this.#options.transport.close();
    await this.#options.storage.close();
  }

  #onTicks(ticks: number): void {
    const { node, clock } = this.#options;
    this.#host.step({ kind: 'tick', ticks, wallMs: clock.wallMs() });
    if (node.drained) this.#onDrained?.();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#host.stopped) return;
    this.#flushScheduled = true;
    const flush = () => {
      this.#flushScheduled = false;
      if (!this.#host.stopped) this.#flush();
    };
    if (this.#shouldGather()) this.#options.clock.after(gatherMs, flush);
    else setImmediate(flush);
  }

  /**
   * Many calls are open and the last flush was just now: one that is a little later carries more.
   */
  #shouldGather(): boolean {
    const { node, clock } = this.#options;
    if (node.openCalls < gatherCallsMin) return false;
    return clock.monotonicMs() - this.#flushedAtMs < gatherMs;
  }

  #flush(): void {
    const { node, clock } = this.#options;
    this.#flushedAtMs = clock.monotonicMs();
    this.#host.flush();
    if (!this.#host.stopped) this.#ticker.arm(node.restingTicks);
  }

  #fail(error: unknown): void {
    this.#ticker.stop();
    this.#options.onFatal(error);
  }
}
