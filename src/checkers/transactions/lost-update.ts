// Lost update: two committed transactions read the same version of an object, and both wrote a new
// one.

import { show } from '../json.ts';
import { named, type Sighting } from './findings.ts';
import { externalReads, finalWrites, type Transaction } from './transaction.ts';

/** At most one sighting a key and version. */
export function lostUpdates(committed: readonly Transaction[]): readonly Sighting[] {
  const first = new Map<string, Transaction>();
  const sightings = new Map<string, Sighting>();
  for (const transaction of committed) {
    if (transaction.outcome !== 'ok') continue;
    const written = new Set(finalWrites(transaction).map(({ key }) => key));
    for (const { key, text, value } of externalReads(transaction)) {
      if (!written.has(key)) continue;
      const version = JSON.stringify([key, text]);
      const other = first.get(version);
      first.set(version, other ?? transaction);
      if (other === undefined || sightings.has(version)) continue;
      const both = `${named(other)} and ${named(transaction)}`;
      const why = `${both} both read key ${key} as ${show(value)} and both wrote it (lost update)`;
      sightings.set(version, {
        phenomenon: 'lost-update',
        why,
        transactions: [other, transaction],
      });
    }
  }
  return [...sightings.values()];
}
