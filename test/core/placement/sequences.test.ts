// Members come and go at random, one or several at once, and the replication factor changes: every
// table on the way is held against the stated bounds, and against plain arithmetic of what is the
// least.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { nodeId } from '../../../src/core/model/ids.ts';
import type { RingMember } from '../../../src/core/placement/ring.ts';
import type { GroupPlace, PlacementTable } from '../../../src/core/placement/table.ts';
import {
  additionsOf,
  fewestMoves,
  leadsIn,
  loadsIn,
  meanLoad,
  missingIn,
  newcomersOf,
  plan,
  replicasIn,
  type Setting,
  zonesOf,
} from './tables.ts';

type Change =
  | { readonly kind: 'join'; readonly zones: readonly string[] }
  | { readonly kind: 'leave'; readonly positions: readonly number[] }
  | { readonly kind: 'replace'; readonly position: number; readonly zone: string }
  | { readonly kind: 'factor'; readonly replicationFactor: number };

const changesIn = (zones: readonly string[]): fc.Arbitrary<Change> => {
  const zone = fc.constantFrom(...zones);
  const position = fc.nat({ max: 11 });
  return fc.oneof(
    fc.record({
      kind: fc.constant('join' as const),
      zones: fc.array(zone, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant('leave' as const),
      positions: fc.array(position, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('replace' as const), position, zone }),
    fc.record({
      kind: fc.constant('factor' as const),
      replicationFactor: fc.integer({ min: 1, max: 5 }),
    }),
  );
};

/** A cluster of at most 12 nodes; names are never used again. */
class Cluster {
  setting: Setting;
  #named = 0;

  constructor(partitions: number, zones: readonly string[]) {
    const members = zones.map((zone) => this.#member(zone));
    this.setting = { members, partitions, replicationFactor: 3 };
  }

  take(change: Change): void {
    const { members } = this.setting;
    if (change.kind === 'join') {
      const room = change.zones.slice(0, 12 - members.length);
      this.#become([...members, ...room.map((zone) => this.#member(zone))]);
    } else if (change.kind === 'leave') {
      const gone = new Set(change.positions.map((position) => position % members.length));
      const left = members.filter((_, position) => !gone.has(position));
      if (left.length > 0) this.#become(left);
    } else if (change.kind === 'replace') {
      const left = members.filter((_, at) => at !== change.position % members.length);
      this.#become([...left, this.#member(change.zone)]);
    } else {
      this.setting = { ...this.setting, replicationFactor: change.replicationFactor };
    }
  }

  #become(members: readonly RingMember[]): void {
    this.setting = { ...this.setting, members };
  }

  #member(zone: string): RingMember {
    this.#named += 1;
    return { node: nodeId(`node${this.#named}`), zone };
  }
}

interface Step {
  readonly before: PlacementTable;
  readonly after: PlacementTable;
  readonly setting: Setting;
}

/** Calls `check` with every step of random histories of clusters whose members have these zones. */
function forEachStep(zones: readonly string[], check: (step: Step) => void): void {
  const history = fc.record({
    partitions: fc.constantFrom(1, 7, 64),
    birth: fc.array(fc.constantFrom(...zones), { minLength: 1, maxLength: 7 }),
    changes: fc.array(changesIn(zones), { minLength: 1, maxLength: 8 }),
  });
  fc.assert(
    fc.property(history, ({ partitions, birth, changes }) => {
      const cluster = new Cluster(partitions, birth);
      let before: PlacementTable = plan([], cluster.setting);
      for (const change of changes) {
        cluster.take(change);
        const { setting } = cluster;
        const after = plan(before, setting);
        check({ before, after, setting });
        before = after;
      }
    }),
    { numRuns: 80 },
  );
}

function expectWellFormed({ after, setting }: Step): void {
  const nodes = new Set(setting.members.map(({ node }) => node));
  const holders = after.slice(1).map((row) => new Set(row.filter((node) => nodes.has(node))).size);
  expect(holders).toEqual(Array(setting.partitions).fill(replicasIn(setting)));
  expect(after.slice(1).flat()).toHaveLength(setting.partitions * replicasIn(setting));
}

/** One replica more than even is no imbalance, however few there are. */
function fullestAllowed(setting: Setting): number {
  const mean = meanLoad(setting);
  return Math.floor(Math.max(1.3 * mean, Math.ceil(mean) + 1));
}

function expectEven({ after, setting }: Step): void {
  expect(Math.max(...loadsIn(after, setting))).toBeLessThanOrEqual(fullestAllowed(setting));
  if (replicasIn(setting) === 1) return;
  const leads = leadsIn(after, setting);
  expect(Math.max(...leads) - Math.min(...leads)).toBeLessThanOrEqual(1);
}

/** Newcomers and, only where a smaller factor or a zone can do that, old members left with no row. */
function emptyOf({ before, after, setting }: Step): readonly NodeId[] {
  const keepsNone = ({ node }: RingMember) =>
    !after.some((row, group) => group > 0 && row.includes(node) && before[group]?.includes(node));
  const isTrimmed = before.slice(1).some((row) => row.length > replicasIn(setting));
  const isZoned = setting.members.some(({ zone }) => zone !== '');
  const mayEmpty = isTrimmed || isZoned;
  const emptied = mayEmpty ? setting.members.filter(keepsNone).map(({ node }) => node) : [];
  return [...new Set([...newcomersOf(before, setting), ...emptied])];
}

/** Every replica that came to an old member stands for one that a leaver or a new factor left open. */
function expectNoMoveBetweenOldMembers(step: Step): void {
  const { before, after, setting } = step;
  const empty = emptyOf(step);
  const missing = missingIn(before, setting);
  const toOld = additionsOf(before, after).filter(({ node }) => !empty.includes(node));
  const perGroup = new Map<number, number>();
  for (const { group } of toOld) perGroup.set(group, (perGroup.get(group) ?? 0) + 1);
  for (const [group, count] of perGroup) {
    expect(count).toBeLessThanOrEqual(missing[group - 1] ?? 0);
  }
}

describe('a random history without zones', () => {
  it('keeps every row complete, and nobody is fuller than 1.30 × the mean or leads more than its share', () => {
    forEachStep([''], (step) => {
      expectWellFormed(step);
      expectEven(step);
    });
  });

  it('moves nothing between old members that hold something, and at most 1.3 × the fewest that any plan could', () => {
    forEachStep([''], (step) => {
      expectNoMoveBetweenOldMembers(step);
      const moved = additionsOf(step.before, step.after).length;
      const fewest = fewestMoves(step.before, step.setting);
      const newcomers = newcomersOf(step.before, step.setting);
      const emptied = emptyOf(step).filter((node) => !newcomers.includes(node));
      const isToEmptied = ({ node }: GroupPlace) => emptied.includes(node);
      const toEmptied = additionsOf(step.before, step.after).filter(isToEmptied).length;
      expect(moved).toBeGreaterThanOrEqual(fewest);
      expect(moved).toBeLessThanOrEqual(Math.ceil(1.3 * fewest) + toEmptied);
    });
  });
});

describe('a random history with zones', () => {
  const zones = ['', 'a', 'b', 'c'];

  it('has every partition in as many zones as it can be', () => {
    forEachStep(zones, (step) => {
      expectWellFormed(step);
      const { members } = step.setting;
      const all = zonesOf(
        members.map(({ node }) => node),
        members,
      );
      const best = Math.min(replicasIn(step.setting), all);
      const crowded = step.after.slice(1).filter((row) => zonesOf(row, members) !== best);
      expect(crowded).toEqual([]);
    });
  });

  it('is as even as zones let it be: 1.30 × what a placement from nothing could not go below', () => {
    forEachStep(zones, ({ after, setting }) => {
      const floor = lowestMaximum(setting);
      if (floor === null) return;
      const most = Math.max(...loadsIn(after, setting));
      expect(most).toBeLessThanOrEqual(Math.max(1.3 * floor, floor + 1));
    });
  });

  it('moves a replica between old members only into a better zone, or from one that is too full', () => {
    forEachStep(zones, (step) => {
      const reasons = additionsOf(step.before, step.after).map((addition) => why(step, addition));
      expect(reasons.filter((reason) => reason === null)).toEqual([]);
    });
  });
});

/** What a replica was copied for; null: for nothing. */
function why(step: Step, { group, node }: GroupPlace): string | null {
  const { before, after, setting } = step;
  const { members } = setting;
  const nodes = members.map((member) => member.node);
  if (emptyOf(step).includes(node)) return 'share';
  if ((missingIn(before, setting)[group - 1] ?? 0) > 0) return 'fill';
  const kept = (before[group] ?? []).filter((each) => nodes.includes(each));
  const best = Math.min(replicasIn(setting), zonesOf(nodes, members));
  if (zonesOf(kept, members) < Math.min(best, kept.length)) return 'spread';
  const loads = loadsIn(after, setting);
  const givers = kept.filter((each) => !after[group]?.includes(each));
  const isFull = (each: NodeId) => (loads[nodes.indexOf(each)] ?? 0) >= fullestAllowed(setting);
  return givers.some(isFull) ? 'relieve' : null;
}

/**
 * The least load of the fullest member over all placements with at most one replica of a partition
 * in a zone; null where there are too few zones for that.
 */
function lowestMaximum(setting: Setting): number | null {
  const { members, partitions } = setting;
  const sizes = new Map<string, number>();
  for (const { node, zone } of members) {
    const name = zone || `of ${node}`;
    sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  if (sizes.size < replicasIn(setting)) return null;
  const room = (load: number) =>
    [...sizes.values()].reduce((sum, size) => sum + Math.min(partitions, size * load), 0);
  let load = 0;
  while (room(load) < partitions * replicasIn(setting)) load++;
  return load;
}

describe('a plan', () => {
  it('does not depend on the order of the members, and has nothing to add to itself', () => {
    forEachStep(['', 'a', 'b'], ({ before, after, setting }) => {
      const reversed = { ...setting, members: [...setting.members].reverse() };
      expect(plan(before, reversed)).toEqual(after);
      expect(plan(after, setting)).toEqual(after);
    });
  });

  it('gives to whom a better zone left with nothing, at once and not in the next plan', () => {
    const cluster = new Cluster(7, ['', 'a', 'a']);
    const joins = [['', ''], ['a', 'a'], ['a'], ['']];
    let table = plan(plan([], cluster.setting), { ...cluster.setting, replicationFactor: 5 });
    cluster.take({ kind: 'factor', replicationFactor: 5 });
    for (const zones of joins) {
      cluster.take({ kind: 'join', zones });
      table = plan(table, cluster.setting);
      expect(plan(table, cluster.setting)).toEqual(table);
    }
    expect(Math.min(...loadsIn(table, cluster.setting))).toBeGreaterThan(0);
  });
});
