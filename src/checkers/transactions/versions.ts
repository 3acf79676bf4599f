// The order of a register's versions, as far as it can be known. null comes before everything; a
// transaction that read v and wrote w put w after v; and when time counts, what was there earlier
// comes before what was there later.

import { componentsOf } from './components.ts';
import { edges } from './graph.ts';
import type { Isolation } from './isolation.ts';
import { realtimePairs } from './time-order.ts';
import type { Transaction } from './transaction.ts';

/** What one committed transaction found in the register, and left there. */
export interface Visit {
  readonly transaction: Transaction;
  /** Canonical text of the value found; undefined: it did not look first. */
  readonly found: string | undefined;
  /** Canonical text of the value left behind; undefined: it did not write. */
  readonly left: string | undefined;
  /** True: time orders only what it wrote, not what it read. */
  readonly isTimedByWrites?: boolean;
}

export interface VersionOrder {
  /**
   * For each version those that certainly come after it, with the reason. Values nobody committed
   * are included.
   */
  readonly later: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Versions that come before themselves; empty when the order is sound. */
  readonly cyclic: readonly string[];
}

export const initialVersion = 'null';

/**
 * Everything that is known. When that is cyclic, what time says about reads is left out of `later`:
 * a stale read is then told as the cycle of transactions that it is.
 */
export function versionOrder(visits: readonly Visit[], isolation: Isolation): VersionOrder {
  const whole = orderOf(visits, isolation);
  if (whole.cyclic.length === 0) return whole;
  const withoutReads = visits.map((visit) => ({ ...visit, isTimedByWrites: true }));
  const { later, cyclic } = orderOf(withoutReads, isolation);
  return { later: cyclic.length === 0 ? later : new Map(), cyclic: whole.cyclic };
}

function orderOf(visits: readonly Visit[], isolation: Isolation): VersionOrder {
  const later = new Map<string, Map<string, string>>();
  const put = (before: string | undefined, after: string | undefined, why: string): void => {
    if (before === undefined || after === undefined || before === after) return;
    if (after === initialVersion) return;
    const row = later.get(before) ?? new Map<string, string>();
    later.set(before, row);
    if (!row.has(after)) row.set(after, why);
  };
  if (isolation.family !== 'read-uncommitted')
    for (const { found, left } of visits)
      put(found, left, 'by a transaction that read the one and wrote the other');
  addTime(visits, isolation, put);
  addInitial(visits, later, put);
  return { later, cyclic: cyclicIn(later) };
}

type Put = (before: string | undefined, after: string | undefined, why: string) => void;

function addTime(visits: readonly Visit[], { timeMasks }: Isolation, put: Put): void {
  const mask = timeMasks.reduce((all, each) => all | each, 0);
  const of = new Map(visits.map((visit) => [visit.transaction, visit]));
  const both = (before: Visit | undefined, after: Visit | undefined, why: string): void =>
    after?.isTimedByWrites === true
      ? put(before?.left, after.left, why)
      : put(before?.left ?? before?.found, after?.found ?? after?.left, why);
  if ((mask & edges.realtime) !== 0)
    for (const [before, after] of realtimePairs(visits.map(({ transaction }) => transaction)))
      both(of.get(before), of.get(after), 'because the other was there earlier');
  if ((mask & edges.process) === 0) return;
  const latest = new Map<string, Visit>();
  for (const visit of visits) {
    const { client } = visit.transaction.operation;
    if (client === null) continue;
    both(latest.get(client), visit, `because client ${client} met the other earlier`);
    latest.set(client, visit);
  }
}

/** null comes before each version that has nothing before it yet. */
function addInitial(
  visits: readonly Visit[],
  later: ReadonlyMap<string, ReadonlyMap<string, string>>,
  put: Put,
): void {
  const preceded = new Set([...later.values()].flatMap((row) => [...row.keys()]));
  for (const { found, left } of visits)
    for (const version of [found, left])
      if (version !== undefined && !preceded.has(version))
        put(initialVersion, version, 'because every register begins with null');
}

function cyclicIn(later: ReadonlyMap<string, ReadonlyMap<string, string>>): readonly string[] {
  const versions = [...new Set([...later].flatMap(([before, row]) => [before, ...row.keys()]))];
  const numbers = new Map(versions.map((version, at) => [version, at]));
  const components = componentsOf(versions.length, (node) =>
    [...(later.get(versions[node] ?? '')?.keys() ?? [])].map((each) => numbers.get(each) ?? 0),
  );
  const sizes = new Map<number, number>();
  for (const component of components) sizes.set(component, (sizes.get(component) ?? 0) + 1);
  return versions.filter((_, at) => (sizes.get(components[at] ?? -1) ?? 0) > 1);
}
