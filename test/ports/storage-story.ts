// A random life of one storage, seeded: writes, overwrites, saves, snapshots, releases, drops and
// crashes, beside a model in plain arrays. After each crash the storage must know exactly what the
// model knows.

import { expect } from 'vitest';
import type { Entry } from '../../src/core/model/entry.ts';
import { type GroupId, type LogIndex, logIndex } from '../../src/core/model/ids.ts';
import { type Random, seededRandom } from '../../src/core/model/random.ts';
import type {
  GroupDrop,
  LogRecord,
  PersistBatch,
  RecoveredGroup,
} from '../../src/core/model/records.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { StorageHarness } from './storage.contract.ts';
import {
  allRows,
  dropBatch,
  dropOf,
  entriesRecord,
  entry,
  hardState,
  logStart,
  one,
  persistBatch,
  point,
  rowsOf,
  shape,
  snapshotOf,
  stateBatch,
  tentative,
  tentativeDone,
  two,
} from './storage-words.ts';

/** What one group must know. */
class GroupModel {
  readonly group: GroupId;
  /** How often it was dropped. */
  life = 0;
  /** Every entry from index 1, also those that only a snapshot brought. */
  entries: Entry[] = [];
  term = 1;
  /** State reflects the log up to here; `synced` survives for certain. */
  saved = 0;
  synced = 0;
  readonly tentative = new Set<number>();

  constructor(group: GroupId) {
    this.group = group;
  }

  /** The next life begins, with the promises of this one. */
  dropIn(nextTerm: number): GroupDrop {
    this.term = nextTerm;
    this.life += 1;
    this.entries = [];
    this.saved = 0;
    this.synced = 0;
    this.tentative.clear();
    return dropOf(this.group, this.life, nextTerm);
  }

  get last(): number {
    return this.entries.length;
  }

  rowsAt(index: number): ReturnType<typeof rowsOf> {
    return rowsOf(this.entries.slice(0, index));
  }

  pointAt(index: number): ReturnType<typeof point> {
    return point(index, this.entries[index - 1]?.term ?? 0);
  }
}

export class StorageStory {
  readonly #harness: StorageHarness;
  readonly #random: Random;
  readonly #models = [new GroupModel(one), new GroupModel(two)];
  #storage: Storage | null = null;
  #numbers = 0;
  #dots = 0;
  crashes = 0;

  constructor(harness: StorageHarness, seed: string) {
    this.#harness = harness;
    this.#random = seededRandom(seed);
  }

  async live(steps: number): Promise<void> {
    await this.#start();
    for (let step = 0; step < steps; step++) await this.#step();
    await this.#crash();
  }

  async #step(): Promise<void> {
    const model = this.#models[this.#random.below(2)] ?? new GroupModel(one);
    const dice = this.#random.below(100);
    if (dice < 43) return this.#append(model);
    if (dice < 52) return this.#overwrite(model);
    if (dice < 71) return this.#save(model);
    if (dice < 76) return this.#install(model);
    if (dice < 84) return this.#journal(model);
    if (dice < 92) return this.#release();
    if (dice < 95) return this.#drop(model);
    return this.#crash();
  }

  async #append(model: GroupModel): Promise<void> {
    const records: LogRecord[] = [];
    if (this.#random.chance(0.3)) {
      model.term += 1;
      records.push(hardState(model.group, model.term, null));
    }
    const added = this.#newEntries(model, model.last + 1);
    model.entries.push(...added);
    await this.#persist([...records, entriesRecord(model.group, added)]);
  }

  /** A new leader replaces entries that were never applied. */
  async #overwrite(model: GroupModel): Promise<void> {
    if (model.last === model.saved) return;
    const from = this.#random.between(model.saved + 1, model.last);
    model.term += 1;
    const added = this.#newEntries(model, from);
    model.entries = [...model.entries.slice(0, from - 1), ...added];
    const { group, term } = model;
    await this.#persist([hardState(group, term, 'node2'), entriesRecord(group, added)]);
  }

  async #save(model: GroupModel): Promise<void> {
    const { group } = model;
    const index = this.#random.between(model.saved, model.last);
    if (index === 0) return;
    const sync = this.#random.chance(0.5);
    const rows = rowsOf(model.entries.slice(model.saved, index));
    model.saved = index;
    const batch = stateBatch({ group, point: model.pointAt(index), rows, sync });
    await this.#run(this.#open.saveState(batch));
    if (sync) for (const each of this.#models) each.synced = each.saved;
  }

  async #install(model: GroupModel): Promise<void> {
    const { group, term } = model;
    const index = model.last + this.#random.between(1, 8);
    while (model.last < index) model.entries.push(entry(model.last + 1, term));
    const at = model.pointAt(index);
    const snapshots = [{ group, snapshot: snapshotOf(at, model.rowsAt(index)) }];
    model.saved = index;
    const records = [hardState(group, term, null), logStart(group, index, at.term)];
    await this.#run(this.#open.persist(persistBatch(this.#next(), records, snapshots)));
    for (const each of this.#models) each.synced = each.saved;
  }

  async #journal(model: GroupModel): Promise<void> {
    const [oldest] = model.tentative;
    if (oldest !== undefined && this.#random.chance(0.5)) {
      model.tentative.delete(oldest);
      return this.#persist([tentativeDone(model.group, oldest)]);
    }
    this.#dots += 1;
    model.tentative.add(this.#dots);
    return this.#persist([tentative(model.group, this.#dots)]);
  }

  async #release(): Promise<void> {
    const applied = new Map<GroupId, LogIndex>();
    for (const { group, synced } of this.#models) applied.set(group, logIndex(synced));
    await this.#run(this.#open.release(applied));
  }

  async #drop(model: GroupModel): Promise<void> {
    const drop = model.dropIn(model.term + this.#random.below(2));
    await this.#run(this.#open.persist(dropBatch(this.#next(), drop)));
    for (const each of this.#models) each.synced = each.saved;
  }

  /**
   * A write that nobody was told of is lost with the power, and a drop behind it too. A drop that
   * waits for the log alone is in the engine already: it has happened.
   */
  async #crash(): Promise<void> {
    const [model] = this.#models;
    const dice = this.#random.below(4);
    if (model !== undefined && dice > 0) {
      this.#harness.hold();
      if (dice < 3) this.#abandon(persistBatch(this.#next(), this.#lost(model)));
      if (dice === 2) this.#abandon(dropBatch(this.#next(), dropOf(model.group, 999, 999)));
      if (dice === 3) this.#abandon(dropBatch(this.#next(), model.dropIn(model.term)));
      await this.#harness.untilLogWaits();
      if (dice === 3) for (const each of this.#models) each.synced = each.saved;
    }
    await this.#harness.crash();
    this.crashes += 1;
    await this.#start();
  }

  #lost(model: GroupModel): LogRecord[] {
    return [entriesRecord(model.group, [entry(model.last + 1, 999)])];
  }

  #abandon(batch: PersistBatch): void {
    this.#open.persist(batch).catch((error: unknown) => error);
  }

  async #start(): Promise<void> {
    this.#storage = await this.#harness.open();
    const { groups } = await this.#run(this.#storage.recover());
    for (const model of this.#models) {
      const found = groups.find(({ group }) => group === model.group);
      const { last, life, tentative: pending } = model;
      if (found === undefined) expect([last, life, pending.size]).toEqual([0, 0, 0]);
      else this.#check(model, found);
    }
  }

  #check(model: GroupModel, found: RecoveredGroup): void {
    const { point: at, start, entries, hardState: state } = found;
    const index = at?.index ?? 0;
    expect(found.life).toBe(model.life);
    expect(index).toBeGreaterThanOrEqual(model.synced);
    expect(index).toBeLessThanOrEqual(model.saved);
    model.saved = index;
    model.synced = index;
    expect(allRows(found).sort(byKey)).toEqual(model.rowsAt(index));
    expect(start.index).toBeLessThanOrEqual(index);
    expect(shape(entries)).toBe(shape(model.entries.slice(start.index)));
    if (start.index > 0) expect(start.term).toBe(model.entries[start.index - 1]?.term);
    if (model.last > 0 || model.life > 0) expect(state.term).toBe(model.term);
    const counters = found.tentative.map(({ dot }) => dot.counter);
    expect(counters).toEqual([...model.tentative]);
  }

  #newEntries(model: GroupModel, first: number): Entry[] {
    const count = this.#random.between(1, 12);
    return Array.from({ length: count }, (_, i) => entry(first + i, model.term));
  }

  #persist(records: readonly LogRecord[]): Promise<void> {
    return this.#run(this.#open.persist(persistBatch(this.#next(), records)));
  }

  #run<Value>(work: Promise<Value>): Promise<Value> {
    return this.#harness.run(work);
  }

  #next(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  get #open(): Storage {
    if (this.#storage === null) throw new Error('not started');
    return this.#storage;
  }
}

function byKey(a: unknown, b: unknown): number {
  return (a as { key: string }).key < (b as { key: string }).key ? -1 : 1;
}
