// The clients of a run: they play the plan's operations against the cluster through frames, as
// programs with the client library would, and record what they saw.
//
//   plan ─► Client (session, routes) ─► Errand (one planned operation) ─► Call (one request) ─► frames
//                                            └─► Recorder ─► history for the judges
//
// When the storm is over, what is open is tried until it ends, members come to rest, and then every
// key is read once more, at quorum and, when the replicas are equal, at all: what was acknowledged
// must be in those last reads.
// Their numbers are negative: the plan has none of them.

import type { Operation } from '../../checkers/history/history.ts';
import type { GroupId } from '../../core/model/ids.ts';
import { compareIds, groupId, tick } from '../../core/model/ids.ts';
import type { LastLevel, Workload, WorkloadSetting } from '../cast.ts';
import type { PlannedOperation } from '../plan.ts';
import { Client } from './client.ts';
import type { Recorded } from './recorder.ts';
import { Recorder } from './recorder.ts';

/** Operations of one client that are under way at the same time. */
const inFlightMax = 3;
/** A last read waits for elections. */
const lastReadTicks = 100;
const lastReadRetries = 3;

export class Clients implements Workload {
  readonly #recorder = new Recorder();
  readonly #clients: readonly Client[];
  readonly #reader: Client;
  /** Those not issued yet, the next one last. */
  readonly #planned: PlannedOperation[];
  readonly #keys: readonly string[];
  readonly #mayReadLast: (level: LastLevel) => boolean;
  #calm = false;
  /** Levels of the last reads that are still to come. */
  #levels: readonly LastLevel[] = ['quorum', 'all'];
  #lastReads = 0;

  constructor(setting: WorkloadSetting) {
    const { operations, partitions } = setting.plan;
    const named = operations.filter(({ kind }) => kind !== 'scan').map(({ key }) => key);
    this.#keys = [...new Set(named)].sort(compareIds);
    this.#planned = [...operations].sort((a, b) => b.at - a.at || b.id - a.id);
    this.#mayReadLast = setting.mayReadLast;
    const count = Math.max(0, ...operations.map(({ client }) => client));
    let requests = 0;
    const { clusterId, clusterFile, network, wallMs, limits } = setting;
    const make = (number: number, most: number): Client =>
      new Client({
        number,
        inFlightMax: most,
        clusterId,
        clusterFile,
        network,
        wallMs,
        partitions,
        random: setting.random.stream(`client/${number}`),
        sessionResultsMax: limits.sessionResultsMax,
        groupOf: (key: string): GroupId => groupId(1 + (setting.hash(key) % partitions)),
        keys: this.#keys,
        recorder: this.#recorder,
        nextId: () => ++requests,
      });
    this.#clients = Array.from({ length: count }, (_, at) => make(at + 1, inFlightMax));
    this.#reader = make(count + 1, 2 * this.#keys.length);
  }

  get idle(): boolean {
    return this.#isPlanDone && this.#levels.length === 0 && this.#reader.idle;
  }

  /** What the clients saw, with everything that the form of the checkers leaves out. */
  recorded(): readonly Recorded[] {
    return this.#recorder.operations;
  }

  onTick(now: number): void {
    for (let next = this.#planned.at(-1); next && next.at <= now; next = this.#planned.at(-1)) {
      this.#planned.pop();
      this.#clients[next.client - 1]?.add(next);
    }
    for (const client of this.#clients) client.onTick(now);
    if (!this.#calm || !this.#isPlanDone) return;
    const due = this.#levels.filter((level) => this.#mayReadLast(level));
    if (due.length > 0) this.#issueLastReads(now, due);
    if (this.#lastReads > 0) this.#reader.onTick(now);
  }

  onCalm(): void {
    this.#calm = true;
    for (const client of this.#clients) client.insist();
    this.#reader.insist();
  }

  openOperations(): readonly string[] {
    return [...this.#clients, this.#reader].flatMap((client) => client.open().map(nameOf));
  }

  history(): readonly Operation[] {
    return this.#recorder.history();
  }

  get #isPlanDone(): boolean {
    return this.#planned.length === 0 && this.#clients.every((client) => client.idle);
  }

  #issueLastReads(now: number, levels: readonly LastLevel[]): void {
    this.#levels = this.#levels.filter((level) => !levels.includes(level));
    for (const key of this.#keys) {
      for (const consistency of levels) {
        this.#lastReads += 1;
        this.#reader.add({
          id: -this.#lastReads,
          at: tick(now),
          client: this.#clients.length + 1,
          via: 'leader',
          kind: 'read',
          key,
          value: null,
          consistency,
          retries: lastReadRetries,
          deadlineTicks: lastReadTicks,
        });
      }
    }
  }
}

function nameOf({ id, kind, key, client, consistency }: PlannedOperation): string {
  return `operation ${id}: ${kind} ${key} at ${consistency} by client${client}`;
}
