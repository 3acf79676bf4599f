// Who is to lead which partition, evenly. A leader is one of the replicas, so a member with too many
// leads cannot always pass one straight to a member with too few: then it passes one to a third,
// which passes another on.
//
//     A leads 9      A,B hold p1      B leads p2      B,C hold p2      C leads 7
//          └──── p1 from A to B ────────────┴──── p2 from B to C ───────────┘
//
// Where no such chain leads from a member to one with two leads fewer, no other choice of leaders is
// more even (semi-matchings: Harvey, Ladner, Lovász, Tamir 2006, cost-reducing paths).

import type { Draft, DraftRow } from './draft.ts';
import { rankIn } from './draft.ts';
import { firstBy } from './order.ts';
import type { RingMember } from './ring.ts';

/** Chooses a leader where there is none, then changes as few as it takes to be even. */
export function spreadLeads(draft: Draft): void {
  for (const row of draft.rows.filter(({ leader }) => leader === null)) {
    const leader = firstBy(row.replicas, (each) => [draft.leadsOf(each), rankIn(row, each)]);
    draft.lead(row, leader);
  }
  while (passOneOn(draft));
}

/** Returns whether there was a chain. */
function passOneOn(draft: Draft): boolean {
  const levels = new Set(draft.members.map((member) => draft.leadsOf(member)));
  for (const level of [...levels].sort((a, b) => b - a)) {
    const chain = chainFrom(draft, level);
    if (chain === null) continue;
    for (const { row, to } of chain) draft.lead(row, to);
    return true;
  }
  return false;
}

interface Link {
  readonly row: DraftRow;
  readonly to: RingMember;
}

/**
 * The shortest way for any of those who lead `level` partitions to pass one to a member that leads
 * at least two fewer; null: there is none.
 */
function chainFrom(draft: Draft, level: number): readonly Link[] | null {
  const starts = draft.members.filter((member) => draft.leadsOf(member) === level);
  const chains = new Map<RingMember, readonly Link[]>(starts.map((member) => [member, []]));
  for (const [member, chain] of chains) {
    if (draft.leadsOf(member) <= level - 2) return chain;
    for (const row of draft.rows.filter(({ leader }) => leader === member)) {
      const others = row.replicas.filter((each) => !chains.has(each));
      others.sort((a, b) => rankIn(row, a) - rankIn(row, b));
      for (const to of others) chains.set(to, [...chain, { row, to }]);
    }
  }
  return null;
}
