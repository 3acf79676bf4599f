// dsys as one side of the comparison: the public library and the command line, nothing from inside
// a node.

import { killNow, type Laboratory } from './laboratory.ts';
import { firstPut, type Session, type Store, smallValue } from './store.ts';

export class DsysStore implements Store {
  readonly name = 'dsys';
  readonly #laboratory: Laboratory;

  constructor(laboratory: Laboratory) {
    this.#laboratory = laboratory;
  }

  async start(): Promise<void> {
    await this.#laboratory.up();
    const session = await this.connect();
    await session.put('first', smallValue);
    await session.close();
  }

  async connect(): Promise<Session> {
    const db = await this.#laboratory.connect();
    return {
      put: (key, value) => db.put(key, value, { timeoutMs: 10_000 }),
      get: async (key) => (await db.get(key, { timeoutMs: 10_000 })).found,
      close: () => db.close(),
    };
  }

  async failOver(key: string): Promise<number> {
    const db = await this.#laboratory.connect();
    const session = await this.connect();
    await session.put(key, smallValue);
    const leader = (await db.get(key)).via;
    killNow(await this.#laboratory.pids(), leader);
    const killedAt = performance.now();
    await firstPut(() => session.put(key, smallValue));
    const tookMs = performance.now() - killedAt;
    await Promise.all([session.close(), db.close()]);
    await this.#laboratory.start(leader);
    return tookMs;
  }

  stop(): Promise<void> {
    return this.#laboratory.close();
  }
}
