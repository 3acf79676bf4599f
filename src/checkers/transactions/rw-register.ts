// Registers that are read and overwritten: each value is written once, so a read tells whose write
// it saw. The order of versions is known only in part (versions.ts); what follows from it is
// certain, but some anomalies stay unseen.

import { type Json, show } from '../json.ts';
import { type Analysis, named, type Sighting } from './findings.ts';
import { DependencyGraph } from './graph.ts';
import { internalOfRegisters } from './internal.ts';
import type { Isolation } from './isolation.ts';
import { lostUpdates } from './lost-update.ts';
import {
  externalReads,
  type Fault,
  finalWrites,
  type Step,
  type Transaction,
} from './transaction.ts';
import { initialVersion, type Visit, versionOrder } from './versions.ts';

interface Write {
  readonly transaction: Transaction;
  readonly value: Json;
  /** The last one of its transaction to that key. */
  readonly isFinal: boolean;
}

/** Per key, per canonical text of the value. */
type Writes = ReadonlyMap<string, ReadonlyMap<string, Write>>;

export function analyseRwRegister(
  transactions: readonly Transaction[],
  isolation: Isolation,
): Analysis | Fault {
  const writes = writesOf(transactions);
  if ('kind' in writes) return writes;
  const committed = committedOf(transactions, writes);
  const ok = transactions.filter(({ outcome }) => outcome === 'ok');
  const graph = new DependencyGraph(transactions.length);
  const sightings: Sighting[] = ok.flatMap((each) => [
    ...internalOfRegisters(each),
    ...each.steps.flatMap((step) => wrongRead(each, step, writes)),
  ]);
  for (const [key, visits] of visitsOf(committed))
    sightings.push(...addDependencies(graph, { key, visits, writes, isolation }));
  sightings.push(...lostUpdates(ok));
  return { kind: 'analysis', graph, sightings, committed };
}

function writesOf(transactions: readonly Transaction[]): Writes | Fault {
  const writes = new Map<string, Map<string, Write>>();
  for (const transaction of transactions) {
    const last = new Set(finalWrites(transaction));
    for (const step of transaction.steps) {
      if (step.kind !== 'write') continue;
      const row = writes.get(step.key) ?? new Map<string, Write>();
      writes.set(step.key, row);
      const known = row.get(step.text);
      if (known !== undefined) return twice(transaction, known, step);
      row.set(step.text, { transaction, value: step.value, isFinal: last.has(step) });
    }
  }
  return writes;
}

function twice(transaction: Transaction, known: Write, { key, value }: Step): Fault {
  const { line } = transaction.operation;
  const first = known.transaction.operation.line;
  const twiceAt = `is written to key ${key} twice (lines ${first} and ${line})`;
  return { kind: 'fault', line, why: `${show(value)} ${twiceAt}: values must be unique` };
}

/** Those that returned ok, and those of unknown outcome of which a write was read. */
function committedOf(transactions: readonly Transaction[], writes: Writes): readonly Transaction[] {
  const seen = new Set<Transaction>();
  for (const { outcome, steps } of transactions)
    for (const { kind, key, text } of steps) {
      const writer = writes.get(key)?.get(text)?.transaction;
      if (outcome === 'ok' && kind === 'read' && writer !== undefined) seen.add(writer);
    }
  return transactions.filter(
    (each) => each.outcome === 'ok' || (each.outcome === 'unknown' && seen.has(each)),
  );
}

function wrongRead(transaction: Transaction, step: Step, writes: Writes): readonly Sighting[] {
  if (step.kind !== 'read' || step.text === initialVersion) return [];
  const write = writes.get(step.key)?.get(step.text);
  const seen = `${named(transaction)} read ${show(step.value)} of key ${step.key}`;
  if (write === undefined) {
    const why = `${seen}, which nobody wrote`;
    return [{ phenomenon: 'unwritten-read', why, transactions: [transaction] }];
  }
  const writer = write.transaction;
  if (writer === transaction) return [];
  if (writer.outcome === 'fail') {
    const why = `${seen}, which ${named(writer)} wrote, but that one failed (aborted read)`;
    return [{ phenomenon: 'G1a', why, transactions: [writer, transaction] }];
  }
  if (write.isFinal) return [];
  const why = `${seen}, which ${named(writer)} wrote and then overwrote itself (intermediate read)`;
  return [{ phenomenon: 'G1b', why, transactions: [writer, transaction] }];
}

function visitsOf(committed: readonly Transaction[]): ReadonlyMap<string, readonly Visit[]> {
  const visits = new Map<string, Visit[]>();
  for (const transaction of committed) {
    const reads = transaction.outcome === 'ok' ? externalReads(transaction) : [];
    const found = new Map(reads.map(({ key, text }) => [key, text]));
    const left = new Map(finalWrites(transaction).map(({ key, text }) => [key, text]));
    for (const key of new Set([...found.keys(), ...left.keys()])) {
      const row = visits.get(key) ?? [];
      visits.set(key, row);
      row.push({ transaction, found: found.get(key), left: left.get(key) });
    }
  }
  return visits;
}

interface Register {
  readonly key: string;
  readonly visits: readonly Visit[];
  readonly writes: Writes;
  readonly isolation: Isolation;
}

function addDependencies(graph: DependencyGraph, the: Register): readonly Sighting[] {
  const { key, visits } = the;
  const order = versionOrder(visits, the.isolation);
  const writers = new Map<string, Transaction>();
  const readers = new Map<string, Transaction[]>();
  for (const { transaction, found, left } of visits) {
    if (left !== undefined) writers.set(left, transaction);
    if (found !== undefined) readers.set(found, [...(readers.get(found) ?? []), transaction]);
  }
  for (const [version, those] of readers) addReaders(graph, { key, version, those, writers });
  for (const [before, row] of order.later)
    for (const [after, because] of row) {
      const to = writers.get(after)?.node;
      if (to === undefined) continue;
      const from = writers.get(before)?.node;
      const next = `it wrote ${after} to key ${key}`;
      if (from !== undefined)
        graph.add({ from, to, kind: 'ww', why: `${next} after ${before}, ${because}` });
      for (const reader of readers.get(before) ?? [])
        graph.add({
          from: reader.node,
          to,
          kind: 'rw',
          why: `${next}, where the other had read ${before}`,
        });
    }
  return order.cyclic.length > 0 ? [cyclic(the, order.cyclic)] : [];
}

function addReaders(
  graph: DependencyGraph,
  read: {
    readonly key: string;
    readonly version: string;
    readonly those: readonly Transaction[];
    readonly writers: ReadonlyMap<string, Transaction>;
  },
): void {
  const from = read.writers.get(read.version)?.node;
  if (from === undefined) return;
  const why = `it read ${read.version} of key ${read.key}`;
  for (const { node } of read.those) graph.add({ from, to: node, kind: 'wr', why });
}

function cyclic({ key, visits }: Register, versions: readonly string[]): Sighting {
  const among = new Set(versions);
  const those = visits.filter(({ found, left }) => among.has(found ?? '') || among.has(left ?? ''));
  const values = `the values ${versions.join(', ')} of key ${key}`;
  return {
    phenomenon: 'cyclic-versions',
    why: `${values} each come before the others: they went and came back`,
    transactions: those.slice(0, 8).map(({ transaction }) => transaction),
  };
}
