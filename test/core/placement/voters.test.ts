// Who votes in the control group: an odd number, those who do already, spread over zones.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import type { RingMember } from '../../../src/core/placement/ring.ts';
import { controlVotersOf, electorate } from '../../../src/core/placement/voters.ts';
import { membersOf, zonesOf } from './tables.ts';

const nodes = (...names: string[]) => names.map(nodeId);

describe('the number of voters', () => {
  it('is odd and at most five, but two of two', () => {
    const counts = [0, 1, 2, 3, 4, 5, 6, 7, 100].map(controlVotersOf);
    expect(counts).toEqual([0, 1, 2, 3, 3, 5, 5, 5, 5]);
  });

  it('survives as many failures as any number up to all members would, with the fewest disks', () => {
    for (let members = 3; members < 12; members++) {
      const failures = (voters: number) => Math.floor((voters - 1) / 2);
      const most = failures(Math.min(5, members));
      const fewest = [1, 2, 3, 4, 5].find((voters) => failures(voters) === most);
      expect(controlVotersOf(members)).toBe(fewest);
    }
  });
});

describe('the voters', () => {
  it('stay in their order, and new ones come behind them', () => {
    const current = nodes('node3', 'node1', 'node2');
    expect(electorate({ current, members: membersOf(4) })).toEqual(current);
    expect(electorate({ current, members: membersOf(5) })).toEqual([...current, 'node4', 'node5']);
  });

  it('that are no members any more are replaced', () => {
    const members = membersOf(4).filter(({ node }) => node !== 'node2');
    const current = nodes('node1', 'node2', 'node3');
    expect(electorate({ current, members })).toEqual(['node1', 'node3', 'node4']);
  });

  it('that are one too many: the last of the most crowded zone goes', () => {
    const members = membersOf(4, ['a', 'b', 'b', 'c']);
    const current = nodes('node1', 'node2', 'node3', 'node4');
    expect(electorate({ current, members })).toEqual(['node1', 'node2', 'node4']);
    expect(electorate({ current, members: membersOf(4) })).toEqual(['node1', 'node2', 'node3']);
  });

  it('come from distinct zones while there are any', () => {
    const members = membersOf(6, ['a', 'a', 'a', 'b', 'c', 'c']);
    expect(electorate({ current: [], members })).toEqual([
      'node1',
      'node4',
      'node5',
      'node2',
      'node6',
    ]);
  });

  it('are as many as the rule says, members, distinct, in the best zones, in whatever order listed', () => {
    const someMembers = fc
      .uniqueArray(
        fc.record({ id: fc.nat({ max: 30 }), zone: fc.constantFrom('', 'a', 'b', 'c') }),
        {
          selector: ({ id }) => id,
          minLength: 1,
          maxLength: 9,
        },
      )
      .map((all) => all.map(({ id, zone }): RingMember => ({ node: nodeId(`n${id}`), zone })));
    const former = fc.uniqueArray(
      fc.nat({ max: 30 }).map((id) => nodeId(`n${id}`)),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(someMembers, former, (members, current) => {
        const voters = electorate({ current, members });
        const all = members.map(({ node }) => node);
        expect(voters).toHaveLength(controlVotersOf(members.length));
        expect(new Set(voters).size).toBe(voters.length);
        expect(all).toEqual(expect.arrayContaining([...voters]));
        expect(electorate({ current, members: [...members].reverse() })).toEqual(voters);
        expect(electorate({ current: voters, members })).toEqual(voters);
        const kept = current.filter((node) => all.includes(node));
        const stay = kept.filter((node) => voters.includes(node));
        expect(stay).toHaveLength(Math.min(kept.length, voters.length));
        expect(voters.slice(0, stay.length)).toEqual(stay);
        const fresh = electorate({ current: [], members });
        const best = Math.min(fresh.length, zonesOf(all, members));
        expect(zonesOf(fresh, members)).toBe(best);
      }),
      { numRuns: 300 },
    );
  });
});
