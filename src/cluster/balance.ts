// How evenly the nodes share replicas, leaderships and keys. Pure.

import type { GroupView } from './group-view.ts';

export interface NodeShare {
  readonly name: string;
  /** Of partitions that it votes in. */
  readonly replicas: number;
  readonly leads: number;
  /** Keys of the replicas that it has; each key counts at every node that has it. */
  readonly keys: number;
}

/** The greatest share over the mean, to two digits; 1 is perfect, and what nobody has is even. */
export interface Balance {
  readonly replicas: number;
  readonly leads: number;
  readonly keys: number;
}

/** `partitions`: views of the groups but the control group. */
export function sharesOf(
  names: readonly string[],
  partitions: readonly Pick<GroupView, 'voters' | 'leader' | 'keys'>[],
): NodeShare[] {
  return names.map((name) => {
    const held = partitions.filter(({ voters }) => voters.includes(name));
    return {
      name,
      replicas: held.length,
      leads: partitions.filter(({ leader }) => leader === name).length,
      keys: held.reduce((sum, { keys }) => sum + keys, 0),
    };
  });
}

export function balanceOf(shares: readonly NodeShare[]): Balance {
  const ratio = (of: (share: NodeShare) => number): number => maxOverMean(shares.map(of));
  return {
    replicas: ratio(({ replicas }) => replicas),
    leads: ratio(({ leads }) => leads),
    keys: ratio(({ keys }) => keys),
  };
}

function maxOverMean(numbers: readonly number[]): number {
  const sum = numbers.reduce((total, number) => total + number, 0);
  if (sum === 0) return 1;
  return Math.round((100 * Math.max(...numbers) * numbers.length) / sum) / 100;
}
