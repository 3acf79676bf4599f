// How far the replicas are from where they should be, told from the desired placement and the
// leaders' own words; and how evenly they are spread.

import { describe, expect, it } from 'vitest';
import { balanceOf, sharesOf } from '../../src/cluster/balance.ts';
import type { GroupView } from '../../src/cluster/group-view.ts';
import { isAllInPlace, isInPlace, movesOf, nodeMoves } from '../../src/cluster/moves.ts';
import { groupId } from '../../src/core/model/ids.ts';
import { controlRow } from './report-facts.ts';

function view(voters: readonly string[], changes: Partial<GroupView> = {}): GroupView {
  const [leader = null] = voters;
  const facts = { leader, term: 1, commitIndex: 10, learners: [], keys: 5, reports: new Map() };
  return { ...facts, voters, ...changes };
}

const three = ['node1', 'node2', 'node3'];
const four = [...three, 'node4'];

describe('a node that joins', () => {
  const row = controlRow({
    members: four,
    placement: [four, ['node4', 'node2', 'node3'], ['node1', 'node2', 'node4'], three],
  });

  it('has replicas to come, and is told as joining', () => {
    const control = view(three, { learners: ['node4'] });
    const views = [control, view(three), view(['node1', 'node2', 'node4']), view(three)];
    expect(movesOf(row, views)).toEqual({
      replicas: 9,
      left: 1,
      surplus: 1,
      joining: [{ node: 'node4', moved: 1, total: 2 }],
      departures: [],
    });
    expect(nodeMoves(row, views, 'node4')).toEqual({ node: 'node4', moved: 1, total: 2 });
    expect(isInPlace(row, views, 'node4')).toBe(false);
  });

  it('is in place when its groups have exactly the voters that they should, and it hears the control group', () => {
    const settled = [view(['node4', 'node2', 'node3']), view(['node1', 'node2', 'node4'])];
    const control = view(three, { learners: ['node4'] });
    expect(isInPlace(row, [control, ...settled, view(three)], 'node4')).toBe(true);
    expect(isInPlace(row, [view(three), ...settled, view(three)], 'node4')).toBe(false);
    const joint = view(['node1', 'node2', 'node3', 'node4']);
    expect(isInPlace(row, [control, joint, ...settled], 'node4')).toBe(false);
    expect(isAllInPlace(row, [view(three), ...settled, view(three)])).toBe(false);
    expect(isAllInPlace(row, [view(four), ...settled, view(three)])).toBe(true);
  });

  it('that replaces a voter of the control group is in place when it votes there', () => {
    const whole = [view(three), view(three), view(three), view(three)];
    const replaced = controlRow({ members: three, placement: [three, three, three, three] });
    const two = view(['node1', 'node2'], { learners: ['node3'] });
    expect(isInPlace(replaced, [two, ...whole.slice(1)], 'node3')).toBe(false);
    expect(isInPlace(replaced, whole, 'node3')).toBe(true);
    // One more beside an odd number is not hurried (core/node/moves.ts).
    const five = [...four, 'node5'];
    const grown = controlRow({ members: five, placement: [five, three, three, three] });
    const hearing = view(three, { learners: ['node4', 'node5'] });
    expect(isInPlace(grown, [hearing, ...whole.slice(1)], 'node5')).toBe(true);
  });

  it('is not judged by a group whose leader nobody knows', () => {
    const silent = view(three, { leader: null });
    const views = [view(four), silent, silent, view(three)];
    expect(movesOf(row, views)).toMatchObject({ replicas: 3, left: 0, joining: [] });
  });
});

describe('a node that leaves', () => {
  const leaving = { node: 'node4', how: 'leaving', epoch: 2, groups: [0, 2].map(groupId) } as const;
  const row = controlRow({
    members: four,
    departures: [leaving],
    placement: [three, three, three, three],
  });

  it('is told with the groups that hold it; who takes over from it is no newcomer', () => {
    const views = [view(four), view(three), view(['node1', 'node2', 'node4']), view(three)];
    expect(movesOf(row, views)).toEqual({
      replicas: 9,
      left: 1,
      surplus: 1,
      joining: [],
      departures: [{ node: 'node4', how: 'leaving', groups: 2 }],
    });
    expect(isAllInPlace(row, [view(three), view(three), view(three), view(three)])).toBe(false);
  });
});

it('a further copy of everything makes nobody a newcomer', () => {
  const row = controlRow({ members: three, placement: [three, three, three] });
  const two = ['node1', 'node2'];
  expect(movesOf(row, [view(three), view(two), view(['node3', 'node1'])])).toMatchObject({
    left: 2,
    joining: [],
  });
});

describe('the balance', () => {
  it('is the greatest share over the mean', () => {
    const views = [view(three), view(['node1', 'node2']), view(['node1'])];
    const shares = sharesOf(three, views);
    expect(shares[0]).toEqual({ name: 'node1', replicas: 3, leads: 3, keys: 15 });
    expect(balanceOf(shares)).toEqual({ replicas: 1.5, leads: 3, keys: 1.5 });
  });

  it('of nothing is even', () => {
    expect(balanceOf(sharesOf(three, []))).toEqual({ replicas: 1, leads: 1, keys: 1 });
  });
});
