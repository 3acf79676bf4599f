// The control group's state machine as a whole: its row goes out and comes in, it answers before it
// acts as it does after, and no order of commands breaks what everybody counts on.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Control } from '../../../src/core/control/control.ts';
import type { ControlCommand } from '../../../src/core/model/command.ts';
import type { ControlRow } from '../../../src/core/model/control-row.ts';
import type { NodeId } from '../../../src/core/model/ids.ts';
import {
  bear,
  changed,
  departing,
  joined,
  namesOf,
  raised,
  released,
  removed,
  started,
} from './cluster.ts';

describe('control', () => {
  it('is born with its members sorted, and with nobody on the way out', () => {
    const { row } = bear({ names: ['n3', 'n1', 'n2'] });
    expect(namesOf(row)).toEqual(['n1', 'n2', 'n3']);
    expect([row.incarnations, row.departures, row.removed]).toEqual([[], [], []]);
  });

  it('restored from its rows equals the one that made them', () => {
    const control = bear();
    control.apply(started('n2', 2));
    control.apply(departing('n1'));
    const twin = bear();
    twin.restore(control.snapshotChunks().flat());
    expect(twin.row).toEqual(control.row);
    expect(twin.takeChanges().rows).toEqual([]);
  });

  it('hands out its row as changed once after each change', () => {
    const control = bear();
    expect(control.takeChanges().rows).toHaveLength(1);
    expect(control.takeChanges().rows).toHaveLength(0);
    control.apply(started('n1', 1));
    expect(control.changedRows).toBe(1);
    expect(control.takeChanges().rows).toEqual([control.row]);
    control.apply(started('n1', 1));
    expect(control.changedRows).toBe(0);
  });
});

const name = fc.constantFrom('n1', 'n2', 'n3', 'n4');
const disk = fc.constantFrom('first', 'second', 'third');
const command: fc.Arbitrary<ControlCommand> = fc.oneof(
  fc
    .tuple(name, fc.integer({ min: 1, max: 9 }), disk)
    .map(([n, inc, d]) => started(n, inc, { disk: d })),
  { weight: 3, arbitrary: fc.tuple(name, disk).map(([n, d]) => joined(n, d)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(name, fc.constantFrom('leaving' as const, 'lost' as const), fc.boolean())
      .map(([n, how, force]) => departing(n, how, force)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(name, fc.subarray([0, 1, 2, 3, 4])).map(([n, g]) => released(n, g)),
  },
  { weight: 4, arbitrary: name.map((n) => released(n)) },
  { weight: 4, arbitrary: name.map(removed) },
  fc.integer({ min: 0, max: 4 }).map((replicationFactor) => changed({ replicationFactor })),
  fc.integer({ min: 1, max: 3 }).map(raised),
);

/** What everybody who reads the row counts on. */
function expectSound(before: ControlRow, after: ControlRow): void {
  const sorted = [...namesOf(after)].sort();
  expect(namesOf(after)).toEqual(sorted);
  const disks = [...after.members, ...after.removed].map(({ storageId }) => storageId);
  expect(new Set(disks).size).toBe(disks.length);
  const leaving = after.departures.map(({ node }) => node);
  const staying = after.members.map(({ node }) => node).filter((node) => !leaving.includes(node));
  expect(staying.length).toBeGreaterThan(0);
  expect(after.members.map(({ node }) => node)).toEqual(expect.arrayContaining(leaving));
  const copies = Math.min(after.settings.replicationFactor, staying.length);
  for (const row of after.placement.slice(1)) expect(row).toHaveLength(copies);
  expect(staying).toEqual(expect.arrayContaining([...new Set(after.placement.flat())]));
  expect(after.featureLevel).toBeGreaterThanOrEqual(before.featureLevel);
  const isPlanned = after.placement !== before.placement;
  expect(after.epoch).toBe(before.epoch + (isPlanned ? 1 : 0));
}

/** A disk that was removed is never that of a member again; no incarnation of a disk falls. */
function expectNothingComesBack(before: ControlRow, after: ControlRow): void {
  const gone = before.removed.map(({ storageId }) => storageId);
  expect(after.members.filter(({ storageId }) => gone.includes(storageId))).toEqual([]);
  const staying = before.incarnations.filter(
    ({ node }) => diskOf(before, node) === diskOf(after, node),
  );
  for (const { node, incarnation } of staying) {
    const now = after.incarnations.find((each) => each.node === node)?.incarnation ?? 0;
    expect(now).toBeGreaterThanOrEqual(incarnation);
  }
}

function diskOf({ members }: ControlRow, name: NodeId): string | undefined {
  return members.find(({ node }) => node === name)?.storageId;
}

function applyAll(
  commands: readonly ControlCommand[],
  check: (before: ControlRow, control: Control) => void,
) {
  const control = bear();
  for (const each of commands) {
    const { row } = control;
    const foreseen = control.foresee(each);
    expect(control.row).toBe(row);
    const result = control.apply(each);
    expect(foreseen).toEqual(result);
    if (result.kind === 'refused') expect(control.row).toBe(row);
    check(row, control);
  }
  return control;
}

describe('any sequence of commands', () => {
  const sequence = fc.array(command, { minLength: 1, maxLength: 60, size: 'max' });

  it('leaves a sound row, answers as foreseen, and changes nothing that it refuses', () => {
    let removals = 0;
    fc.assert(
      fc.property(sequence, (commands) => {
        const { row } = applyAll(commands, (before, control) => {
          expectSound(before, control.row);
          expectNothingComesBack(before, control.row);
        });
        removals += row.removed.length;
      }),
      { numRuns: 50 },
    );
    expect(removals).toBeGreaterThan(20);
  });

  it('that is interrupted by a restart goes on as if nothing had been', () => {
    fc.assert(
      fc.property(sequence, fc.nat({ max: 60 }), (commands, at) => {
        const steady = applyAll(commands, () => {});
        const first = applyAll(commands.slice(0, at), () => {});
        const second = bear();
        second.restore(first.snapshotChunks().flat());
        for (const each of commands.slice(at)) second.apply(each);
        expect(second.row).toEqual(steady.row);
      }),
      { numRuns: 20 },
    );
  });

  it('does the same when each is applied twice: every command may be repeated', () => {
    fc.assert(
      fc.property(sequence, (commands) => {
        const once = applyAll(commands, () => {});
        const twice = applyAll(
          commands.flatMap((each) => [each, each]),
          () => {},
        );
        expect(twice.row).toEqual(once.row);
      }),
      { numRuns: 20 },
    );
  });
});
