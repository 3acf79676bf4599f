// The configuration that each group should have: the row of the table, and in the control group
// everybody else as a learner, for as long as it must know what is planned.

import { describe, expect, it } from 'vitest';
import type { Departure } from '../../../src/core/model/control-row.ts';
import { controlGroup, groupId, nodeId, storageId } from '../../../src/core/model/ids.ts';
import { desiredControlLearners, desiredRow } from '../../../src/core/placement/desired.ts';

const [n1, n2, n3, n4, n5] = ['n1', 'n2', 'n3', 'n4', 'n5'].map(nodeId) as [
  never,
  never,
  never,
  never,
  never,
];

const members = [n1, n2, n3, n4, n5].map((node) => ({
  node,
  storageId: storageId(`of ${node}`),
  addresses: { peer: 'tcp://127.0.0.1:1', client: 'tcp://127.0.0.1:2', bulk: 'tcp://127.0.0.1:3' },
  publicKey: '',
  zone: '',
}));

const rowWith = (...departures: Departure[]) => ({
  members,
  departures,
  placement: [
    [n3, n1, n2],
    [n5, n1],
  ],
});

const departure = (how: Departure['how'], groups: readonly number[]): Departure => ({
  node: n5,
  how,
  epoch: 2,
  groups: groups.map(groupId),
});

describe('the desired row', () => {
  it('of a partition is that of the table, the preferred leader first, without learners', () => {
    expect(desiredRow(rowWith(), groupId(1))).toEqual({ voters: ['n5', 'n1'], learners: [] });
  });

  it('of a group that the table does not have is empty', () => {
    expect(desiredRow(rowWith(), groupId(9))).toEqual({ voters: [], learners: [] });
  });

  it('of the control group has all members, the others as learners', () => {
    expect(desiredRow(rowWith(), controlGroup)).toEqual({
      voters: ['n3', 'n1', 'n2'],
      learners: ['n4', 'n5'],
    });
  });

  it('keeps a leaving member in the control group until all other groups have released it', () => {
    const learnersOf = (groups: readonly number[]) =>
      desiredRow(rowWith(departure('leaving', groups)), controlGroup).learners;
    expect(learnersOf([0, 1])).toEqual(['n4', 'n5']);
    expect(learnersOf([1])).toEqual(['n4', 'n5']);
    expect(learnersOf([0])).toEqual(['n4']);
    expect(learnersOf([])).toEqual(['n4']);
  });

  it('keeps a leaving member that voted there as a learner, sorted among the others', () => {
    const leaver = { ...departure('leaving', [0, 1]), node: n2 };
    const row = { ...rowWith(leaver), placement: [[n3, n1, n4]] };
    expect(desiredRow(row, controlGroup).learners).toEqual(['n2', 'n5']);
  });

  // Simulator, seed 766: it led a group, and nobody had told it that it was to move it.
  it('keeps a lost member as long: it may live, and lead a group', () => {
    const learnersOf = (groups: readonly number[]) =>
      desiredRow(rowWith(departure('lost', groups)), controlGroup).learners;
    expect(learnersOf([0, 1])).toEqual(['n4', 'n5']);
    expect(learnersOf([0])).toEqual(['n4']);
  });
});

describe('the desired learners of the control group', () => {
  it('are the members that stay and do not vote', () => {
    expect(desiredControlLearners(rowWith())).toEqual(['n4', 'n5']);
    expect(desiredControlLearners(rowWith(departure('leaving', [0, 1])))).toEqual(['n4']);
  });
});
