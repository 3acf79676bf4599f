// What the comparison needs of a store, so that the same lines of code measure both.

import type { Cleanup } from './program.ts';

export interface Session {
  /** Resolves when the write is durable on a majority. */
  put(key: string, value: Uint8Array): Promise<unknown>;
  /** A linearizable read. Resolves to whether the key was there. */
  get(key: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface Store {
  readonly name: string;
  /** Starts an empty cluster of three and resolves when the first put is committed. */
  start(): Promise<void>;
  /** Connects as well as a client can, for measuring speed. */
  connect(): Promise<Session>;
  /**
   * kill -9 of the process that leads, while `key` is being written; resolves with the milliseconds
   * from the kill to the end of the first put that began after it. All three run again afterwards.
   */
  failOver(key: string): Promise<number>;
  stop(): Promise<void>;
}

export interface StoreOptions {
  readonly cleanup: Cleanup;
}

export const smallValue = new Uint8Array(100).fill(120);

/** How often a waiting user tries again, and for how long. */
const everyMs = 20;
const limitMs = 30_000;

/**
 * Begins a put every 20 ms and resolves when the first one succeeds, so that one put that was lost
 * with a dead leader does not hide that the others work again.
 */
export function firstPut(put: () => Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    let last: unknown = null;
    const fail = (error: unknown): void => {
      last = error;
    };
    const attempt = (): void => void put().then(succeed, fail);
    const timer = setInterval(attempt, everyMs);
    const limit = setTimeout(() => finish(() => reject(last)), limitMs);
    const finish = (settle: () => void): void => {
      clearInterval(timer);
      clearTimeout(limit);
      settle();
    };
    const succeed = (): void => finish(resolve);
    attempt();
  });
}
