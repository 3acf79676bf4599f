// The planner: even, with the fewest moves, copies in distinct zones, and nothing left to accident.

import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import type { PlacementTable } from '../../../src/core/placement/table.ts';
import { placeAll } from '../../../src/core/placement/table.ts';
import { hashText } from '../../../src/wire/key-hash.ts';
import {
  additionsOf,
  fewestMoves,
  leadsIn,
  loadsIn,
  maxOverMean,
  membersOf,
  missingIn,
  newcomersOf,
  plan,
  type Setting,
  zonesOf,
} from './tables.ts';

const settingOf = (nodes: number, zones?: readonly string[]): Setting => ({
  members: membersOf(nodes, zones),
  partitions: 64,
  replicationFactor: 3,
});

const bornWith = (setting: Setting): PlacementTable =>
  placeAll({ ...setting, hash: hashText, featureLevel: 2 });

interface Figures {
  readonly to: number;
  readonly moved: number;
  readonly load: readonly [min: number, max: number];
  readonly leads: readonly [min: number, max: number];
}

/** What each step of a cluster that is born with three nodes comes to. */
function figuresOf(sizes: readonly number[]): Figures[] {
  let table = bornWith(settingOf(3));
  return sizes.map((to) => {
    const setting = settingOf(to);
    const next = plan(table, setting);
    const moved = additionsOf(table, next).length;
    expect(moved).toBe(fewestMoves(table, setting));
    const [load, leads] = [loadsIn(next, setting), leadsIn(next, setting)];
    expect(maxOverMean(load)).toBeLessThanOrEqual(1.3);
    expect(maxOverMean(leads)).toBeLessThanOrEqual(1.3);
    table = next;
    return { to, moved, load: rangeOf(load), leads: rangeOf(leads) };
  });
}

const rangeOf = (counts: readonly number[]) => [Math.min(...counts), Math.max(...counts)] as const;

describe('3 → 5 → 7 → 4 nodes, 64 partitions in 3 replicas', () => {
  it('one node at a time: moves as few as possible, and stays within two replicas of even', () => {
    expect(figuresOf([4, 5, 6, 7, 6, 5, 4])).toEqual([
      { to: 4, moved: 48, load: [48, 48], leads: [16, 16] },
      { to: 5, moved: 38, load: [38, 39], leads: [12, 13] },
      { to: 6, moved: 32, load: [32, 32], leads: [10, 11] },
      { to: 7, moved: 27, load: [27, 28], leads: [9, 10] },
      { to: 6, moved: 27, load: [31, 33], leads: [10, 11] },
      { to: 5, moved: 32, load: [38, 39], leads: [12, 13] },
      { to: 4, moved: 38, load: [47, 49], leads: [16, 16] },
    ]);
  });

  it('several at once: the same', () => {
    expect(figuresOf([5, 7, 4])).toEqual([
      { to: 5, moved: 76, load: [38, 39], leads: [12, 13] },
      { to: 7, moved: 54, load: [27, 28], leads: [9, 10] },
      { to: 4, moved: 82, load: [46, 49], leads: [16, 16] },
    ]);
  });

  it('is planned as it ever was: another plan needs a feature level of its own', () => {
    let table = bornWith(settingOf(3));
    const prints = [4, 5, 7, 6, 4].map((nodes) => {
      table = plan(table, settingOf(nodes, nodes === 6 ? ['a', 'b', 'c'] : ['']));
      return hashText(JSON.stringify(table));
    });
    expect(prints).toEqual([1443520820, 2227057335, 12357722, 2942821465, 2350862291]);
  });
});

describe.each([3, 4, 5, 6, 7, 8, 9, 10])('a cluster born with %i nodes', (nodes) => {
  const before = bornWith(settingOf(nodes));

  it('gives a newcomer its share: nothing moves between old members, the fullest give', () => {
    const setting = settingOf(nodes + 1);
    const after = plan(before, setting);
    const additions = additionsOf(before, after);
    expect(new Set(additions.map(({ node }) => node))).toEqual(new Set([`node${nodes + 1}`]));
    expect(additions).toHaveLength(Math.floor((64 * 3) / (nodes + 1)));
    expect(maxOverMean(loadsIn(after, setting))).toBeLessThanOrEqual(1.3);
    expect(maxOverMean(leadsIn(after, setting))).toBeLessThanOrEqual(1.3);
  });

  it('divides what a leaver had among those who lack it, and moves nothing else', () => {
    const setting = settingOf(nodes - 1);
    const after = plan(before, setting);
    const left = before.slice(1).filter((row) => row.includes(nodeId(`node${nodes}`))).length;
    expect(additionsOf(before, after)).toHaveLength(nodes === 3 ? 0 : left);
    for (const [group, row] of after.entries()) {
      if (group > 0) expect(row).toEqual(expect.arrayContaining(withoutLast(before, group)));
    }
    expect(maxOverMean(loadsIn(after, setting))).toBeLessThanOrEqual(1.3);
    expect(maxOverMean(leadsIn(after, setting))).toBeLessThanOrEqual(1.3);
  });

  it('has nothing to move while nobody comes or goes', () => {
    const after = plan(before, settingOf(nodes));
    expect(additionsOf(before, after)).toEqual([]);
    expect(plan(after, settingOf(nodes))).toEqual(after);
  });

  const withoutLast = (table: PlacementTable, group: number) =>
    (table[group] ?? []).filter((node) => node !== `node${nodes}`);
});

describe('the preferred leader', () => {
  it('stays where it is as long as it is a replica and leads not more than its share', () => {
    const before = plan([], settingOf(6));
    const after = plan(before, settingOf(7));
    const changed = after.filter(([leader], group) => group > 0 && leader !== before[group]?.[0]);
    expect(changed.filter(([leader]) => leader === 'node7')).toHaveLength(Math.floor(64 / 7));
    expect(changed.length).toBeLessThanOrEqual((1.3 * 64) / 7);
  });

  it('that goes is followed by another replica, not by whoever takes its place', () => {
    const before = plan([], settingOf(4));
    const after = plan(before, settingOf(3));
    const orphans = before.flatMap((row, group) =>
      group > 0 && row[0] === 'node4' ? [group] : [],
    );
    expect(orphans.length).toBeGreaterThan(10);
    const kept = orphans.filter((group) => before[group]?.includes(after[group]?.[0] as never));
    expect(kept.length / orphans.length).toBeGreaterThan(0.6);
  });
});

describe('the replication factor', () => {
  const five = settingOf(5);
  const before = plan([], five);

  it('that grows adds one replica of each partition and moves none', () => {
    const setting = { ...five, replicationFactor: 4 };
    const after = plan(before, setting);
    for (const [group, row] of before.entries()) {
      if (group > 0) expect(after[group]?.slice(0, 3)).toEqual(row);
    }
    expect(additionsOf(before, after)).toHaveLength(64);
    expect(maxOverMean(loadsIn(after, setting))).toBeLessThan(1.02);
  });

  it('that falls takes the replica of the fullest member, and never the leader', () => {
    const setting = { ...five, replicationFactor: 2 };
    const after = plan(before, setting);
    expect(additionsOf(before, after)).toEqual([]);
    expect(after.map(([leader]) => leader)).toEqual(before.map(([leader]) => leader));
    expect(maxOverMean(loadsIn(after, setting))).toBeLessThan(1.06);
  });

  it('that falls keeps the replicas that are in distinct zones', () => {
    const zoned = settingOf(6, ['a', 'a', 'b']);
    const crowded = plan([], zoned);
    expect(new Set(crowded.slice(1).map((row) => zonesOf(row, zoned.members)))).toEqual(
      new Set([2]),
    );
    for (const row of plan(crowded, { ...zoned, replicationFactor: 2 }).slice(1)) {
      expect(zonesOf(row, zoned.members)).toBe(2);
    }
  });

  it('is out of reach with fewer members: each holds everything, and the next one completes it', () => {
    const two = plan(before, settingOf(2));
    for (const row of two.slice(1)) expect([...row].sort()).toEqual(['node1', 'node2']);
    const three = plan(two, settingOf(3));
    for (const row of three.slice(1)) expect([...row].sort()).toEqual(['node1', 'node2', 'node3']);
  });
});

describe('zones', () => {
  const three = ['a', 'b', 'c'];

  it('as many as replicas: no two replicas of a partition are in one, and the load is even', () => {
    for (const nodes of [3, 6, 9]) {
      const setting = settingOf(nodes, three);
      const table = plan([], setting);
      for (const row of table.slice(1)) expect(zonesOf(row, setting.members)).toBe(3);
      expect(maxOverMean(loadsIn(table, setting))).toBeLessThan(1.06);
    }
  });

  it('a newcomer takes only from its own, if anything else would bring copies together', () => {
    const before = plan([], settingOf(3, three));
    const setting = settingOf(4, three);
    const after = plan(before, setting);
    expect(loadsIn(after, setting)).toEqual([32, 64, 64, 32]);
  });

  it('what a leaver held goes to its own zone, although that is the fuller one then', () => {
    const before = plan([], settingOf(5, three));
    const setting = settingOf(4, three);
    const after = plan(before, setting);
    expect(loadsIn(after, setting)).toEqual([32, 64, 64, 32]);
    expect(missingIn(before, setting).reduce((a, b) => a + b)).toBe(32);
    expect(additionsOf(before, after)).toHaveLength(32);
  });

  it('a new one that makes them enough gets a replica of every partition', () => {
    const two = { ...settingOf(4), members: membersOf(4, ['a', 'b']) };
    const before = plan([], two);
    const members = [...two.members, { node: nodeId('node5'), zone: 'c' }];
    const setting = { ...two, members };
    const after = plan(before, setting);
    for (const row of after.slice(1)) expect(zonesOf(row, members)).toBe(3);
    expect(new Set(additionsOf(before, after).map(({ node }) => node))).toEqual(new Set(['node5']));
  });

  it('rows of a birth that put evenness first are mended, and only they', () => {
    const lopsided = settingOf(5, three);
    const before = bornWith(lopsided);
    const { members } = lopsided;
    const bad = before.flatMap((row, group) =>
      group > 0 && zonesOf(row, members) < 3 ? [group] : [],
    );
    expect(bad.length).toBeGreaterThan(0);
    const after = plan(before, lopsided);
    expect(after.slice(1).every((row) => zonesOf(row, members) === 3)).toBe(true);
    expect(additionsOf(before, after).map(({ group }) => group)).toEqual(bad);
  });

  it('members without a label do not exclude each other', () => {
    const setting = settingOf(5);
    expect(maxOverMean(loadsIn(plan([], setting), setting))).toBeLessThan(1.02);
    expect(newcomersOf(plan([], setting), setting)).toEqual([]);
  });
});
