// Leaders: among the replicas, as even as any choice can be, and only as many changed as it takes.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { Draft } from '../../../src/core/placement/draft.ts';
import { spreadLeads } from '../../../src/core/placement/leads.ts';
import { hashText } from '../../../src/wire/key-hash.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const members = names.map((name) => ({ node: nodeId(name), zone: '' }));

/** Each row as a text of its replicas, the leader first. */
function spreadOf(rows: readonly string[]): string[] {
  const current = [[], ...rows.map((row) => [...row].map(nodeId))];
  const draft = new Draft({ current, members, partitions: rows.length, hash: hashText });
  spreadLeads(draft);
  return draft.toRows().map((row) => row.join(''));
}

const leadsOf = (rows: readonly string[]): number[] =>
  names.map((name) => rows.filter((row) => row[0] === name).length);

const squares = (rows: readonly string[]): number =>
  leadsOf(rows).reduce((sum, leads) => sum + leads * leads, 0);

/** The least sum of squares of all choices there are: every leader of every row is tried. */
function evenest(rows: readonly string[]): number {
  const choices = rows.reduce<string[][]>(
    (all, row) => all.flatMap((chosen) => [...row].map((leader) => [...chosen, leader])),
    [[]],
  );
  return Math.min(...choices.map(squares));
}

describe('the leaders', () => {
  it('stay when they are even', () => {
    expect(spreadOf(['abc', 'bca', 'cab'])).toEqual(['abc', 'bca', 'cab']);
  });

  it('are passed straight to whoever leads too little', () => {
    expect(leadsOf(spreadOf(['ab', 'ac', 'ac'])).slice(0, 3)).toEqual([1, 1, 1]);
  });

  it('are passed on along a chain where nothing else helps', () => {
    const spread = spreadOf(['ab', 'ab', 'ab', 'bc', 'bc', 'cd']);
    expect(leadsOf(spread).slice(0, 4)).toEqual([2, 2, 1, 1]);
  });

  it('keep the other replicas of the row in their order', () => {
    expect(spreadOf(['abc', 'abc'])).toEqual(expect.arrayContaining(['abc']));
    const [moved] = spreadOf(['abc', 'abc']).filter((row) => row[0] !== 'a');
    expect(moved).toMatch(/^(bac|cab)$/);
  });

  it('are as even as the evenest of all choices', () => {
    const row = fc
      .shuffledSubarray(names, { minLength: 1, maxLength: 3 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 7 }), (rows) => {
        const spread = spreadOf(rows);
        expect(squares(spread)).toBe(evenest(rows));
        const sortedRow = (each: string) => [...each].sort().join('');
        expect(spread.map(sortedRow)).toEqual(rows.map(sortedRow));
      }),
      { numRuns: 200 },
    );
  });
});
