// One node in the real world: its host, its ticks, and when to flush: once for a few turns of the
// event loop, so that everything that came in them shares one write, one sync and one frame per peer.

import type { Node } from '../core/node.ts';
import { Host, type HostOptions } from '../host/host.ts';
import type { Clock } from '../ports/clock.ts';
import { Ticker } from './ticker.ts';

export interface LoopOptions extends Omit<HostOptions, 'onWork' | 'node'> {
  readonly node: Node;
  readonly clock: Clock;
  /** Called after each flush. */
  readonly onFlushed: () => void;
}

export class Loop {
  readonly #options: LoopOptions;
  readonly #host: Host;
  readonly #ticker: Ticker;
  #flushScheduled = false;
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

  /**
   * Two turns on: what is already on its way in is then part of it. A flush costs a frame to each
   * peer and a write, whatever is in it; a turn in which nothing comes takes microseconds.
   */
  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#host.stopped) return;
    this.#flushScheduled = true;
    setImmediate(() => setImmediate(() => this.#flush()));
  }

  #flush(): void {
    this.#flushScheduled = false;
    this.#host.flush();
    this.#options.onFlushed();
    if (!this.#host.stopped) this.#ticker.arm(this.#options.node.restingTicks);
  }

  #fail(error: unknown): void {
    this.#ticker.stop();
    this.#options.onFatal(error);
  }
}
