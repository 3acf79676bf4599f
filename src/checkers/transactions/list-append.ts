// Lists that only grow: each element is appended once, so the longest list that was read tells the
// order of all versions (Kingsbury & Alvaro 2020, section 4). From it follow the dependencies, and
// what no order explains.

import { canonical, isList, type Json, show } from '../json.ts';
import { type Analysis, named, type Sighting } from './findings.ts';
import { DependencyGraph } from './graph.ts';
import { internalOfLists } from './internal.ts';
import { lostUpdates } from './lost-update.ts';
import {
  externalReads,
  type Fault,
  finalWrites,
  type Step,
  type Transaction,
} from './transaction.ts';

interface Append {
  readonly transaction: Transaction;
  readonly value: Json;
  /** The last one of its transaction to that key. */
  readonly isFinal: boolean;
}

/** Everything that happened to one key. */
interface KeyHistory {
  readonly key: string;
  readonly appends: Map<string, Append>;
  readonly reads: {
    readonly transaction: Transaction;
    readonly step: Step;
    readonly isExternal: boolean;
  }[];
}

type Read = KeyHistory['reads'][number];

export function analyseListAppend(transactions: readonly Transaction[]): Analysis | Fault {
  const keys = new Map<string, KeyHistory>();
  for (const transaction of transactions) {
    const fault = record(transaction, keys);
    if (fault !== null) return fault;
  }
  const committed = committedOf(transactions, [...keys.values()]);
  const graph = new DependencyGraph(transactions.length);
  const sightings: Sighting[] = transactions.flatMap(internalOfLists);
  for (const each of keys.values()) {
    sightings.push(...wrongReads(each));
    const order = versionOrder(each);
    sightings.push(...incompatible(each, order), ...dirtyUpdates(each, order));
    addDependencies(graph, { history: each, order, committed });
  }
  sightings.push(...lostUpdates(transactions.filter((each) => committed.has(each))));
  return { kind: 'analysis', graph, sightings, committed: [...committed] };
}

function historyOf(keys: Map<string, KeyHistory>, key: string): KeyHistory {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const fresh: KeyHistory = { key, appends: new Map(), reads: [] };
  keys.set(key, fresh);
  return fresh;
}

function record(transaction: Transaction, keys: Map<string, KeyHistory>): Fault | null {
  const last = new Set(finalWrites(transaction));
  const external = new Set(externalReads(transaction));
  for (const step of transaction.steps) {
    const history = historyOf(keys, step.key);
    if (step.kind === 'read') {
      if (transaction.outcome === 'ok')
        history.reads.push({ transaction, step, isExternal: external.has(step) });
      continue;
    }
    const known = history.appends.get(step.text);
    if (known !== undefined) return twice(transaction, known, step);
    history.appends.set(step.text, { transaction, value: step.value, isFinal: last.has(step) });
  }
  return null;
}

function twice(transaction: Transaction, known: Append, { key, value }: Step): Fault {
  const { line } = transaction.operation;
  const first = known.transaction.operation.line;
  const twiceAt = `is appended to key ${key} twice (lines ${first} and ${line})`;
  return { kind: 'fault', line, why: `${show(value)} ${twiceAt}: elements must be unique` };
}

const elementsOf = ({ step }: Read): readonly Json[] => (isList(step.value) ? step.value : []);

/** Those that returned ok, and those of unknown outcome whose appends were seen. */
function committedOf(
  transactions: readonly Transaction[],
  keys: readonly KeyHistory[],
): ReadonlySet<Transaction> {
  const committed = new Set(transactions.filter(({ outcome }) => outcome === 'ok'));
  for (const { reads, appends } of keys)
    for (const read of reads)
      for (const element of elementsOf(read)) {
        const append = appends.get(canonical(element));
        if (append?.transaction.outcome === 'unknown') committed.add(append.transaction);
      }
  return committed;
}

/** The elements in order, as the longest read without repetition shows them. */
function versionOrder({ reads }: KeyHistory): readonly string[] {
  let longest: readonly string[] = [];
  for (const read of reads) {
    const texts = elementsOf(read).map(canonical);
    if (texts.length > longest.length && new Set(texts).size === texts.length) longest = texts;
  }
  return longest;
}

const isPrefix = (texts: readonly string[], order: readonly string[]): boolean =>
  texts.every((text, at) => text === order[at]);

function wrongReads(history: KeyHistory): readonly Sighting[] {
  return history.reads.flatMap((read) => [
    ...repeated(history, read),
    ...elementsOf(read).flatMap((element) => wrongElement(history, read, element)),
    ...intermediate(history, read),
  ]);
}

function repeated({ key }: KeyHistory, read: Read): readonly Sighting[] {
  const texts = elementsOf(read).map(canonical);
  const again = texts.find((text, at) => texts.indexOf(text) !== at);
  if (again === undefined) return [];
  const why = `${named(read.transaction)} read key ${key} with ${again} in it twice`;
  return [{ phenomenon: 'duplicate-elements', why, transactions: [read.transaction] }];
}

function wrongElement(
  { key, appends }: KeyHistory,
  read: Read,
  element: Json,
): readonly Sighting[] {
  const append = appends.get(canonical(element));
  const seen = `${named(read.transaction)} read ${show(element)} of key ${key}`;
  if (append === undefined) {
    const why = `${seen}, which nobody appended`;
    return [{ phenomenon: 'unwritten-read', why, transactions: [read.transaction] }];
  }
  if (append.transaction.outcome !== 'fail') return [];
  const why = `${seen}, which ${named(append.transaction)} appended, but that one failed (aborted read)`;
  return [{ phenomenon: 'G1a', why, transactions: [append.transaction, read.transaction] }];
}

/** The list ends within another transaction. */
function intermediate({ key, appends }: KeyHistory, read: Read): readonly Sighting[] {
  const last = elementsOf(read).at(-1);
  const append = last === undefined ? undefined : appends.get(canonical(last));
  if (append === undefined || append.isFinal || append.transaction === read.transaction) return [];
  const seen = `${named(read.transaction)} read key ${key} up to ${show(append.value)}`;
  const why = `${seen}, in the middle of ${named(append.transaction)} (intermediate read)`;
  return [{ phenomenon: 'G1b', why, transactions: [append.transaction, read.transaction] }];
}

function incompatible({ key, reads }: KeyHistory, order: readonly string[]): readonly Sighting[] {
  const longest = reads.find((read) => isPrefix(order, elementsOf(read).map(canonical)));
  const other = reads.find((read) => {
    const texts = elementsOf(read).map(canonical);
    return new Set(texts).size === texts.length && !isPrefix(texts, order);
  });
  if (other === undefined || longest === undefined) return [];
  const [one, two] = [show(longest.step.value), show(other.step.value)];
  const why = `key ${key} was read as ${one} and as ${two}: neither begins with the other`;
  return [
    {
      phenomenon: 'incompatible-order',
      why,
      transactions: [longest.transaction, other.transaction],
    },
  ];
}

/** A failed transaction's element lies under a committed one's. */
function dirtyUpdates({ key, appends }: KeyHistory, order: readonly string[]): readonly Sighting[] {
  for (const [at, text] of order.entries()) {
    const dirty = appends.get(text)?.transaction;
    const next = appends.get(order[at + 1] ?? '')?.transaction;
    if (dirty?.outcome !== 'fail' || next === undefined || next.outcome === 'fail') continue;
    const below = `${text} from ${named(dirty)}, which failed`;
    const why = `${named(next)} appended to key ${key} on top of ${below}`;
    return [{ phenomenon: 'dirty-update', why, transactions: [dirty, next] }];
  }
  return [];
}

interface Known {
  readonly history: KeyHistory;
  readonly order: readonly string[];
  readonly committed: ReadonlySet<Transaction>;
}

function addDependencies(graph: DependencyGraph, known: Known): void {
  addWriteOrder(graph, known);
  for (const read of known.history.reads) {
    const texts = elementsOf(read).map(canonical);
    if (read.isExternal && isPrefix(texts, known.order)) addReader(graph, read, known);
  }
}

/** Who may come next after the first `length` elements: the next one, or all that nobody saw. */
function followers({ history, order, committed }: Known, length: number): readonly Append[] {
  if (length < order.length) {
    const next = history.appends.get(order[length] ?? '');
    return next === undefined || !committed.has(next.transaction) ? [] : [next];
  }
  const seen = new Set(order);
  return [...history.appends]
    .filter(([text, { transaction }]) => !seen.has(text) && committed.has(transaction))
    .map(([, append]) => append);
}

function addWriteOrder(graph: DependencyGraph, known: Known): void {
  const { history, order } = known;
  for (const [at, text] of order.entries()) {
    const before = history.appends.get(text);
    if (before === undefined) continue;
    for (const after of followers(known, at + 1)) {
      const why = `it appended ${show(after.value)} to key ${history.key} after ${text}`;
      graph.add({ from: before.transaction.node, to: after.transaction.node, kind: 'ww', why });
    }
  }
}

function addReader(graph: DependencyGraph, read: Read, known: Known): void {
  const { history } = known;
  const to = read.transaction.node;
  const elements = elementsOf(read);
  const last = elements.at(-1);
  const writer = last === undefined ? undefined : history.appends.get(canonical(last));
  if (writer !== undefined) {
    const why = `it read key ${history.key} with ${show(writer.value)} in it`;
    graph.add({ from: writer.transaction.node, to, kind: 'wr', why });
  }
  for (const after of followers(known, elements.length)) {
    const next = `it appended ${show(after.value)} to key ${history.key}`;
    const why = `${next}, which the other had read without it`;
    graph.add({ from: to, to: after.transaction.node, kind: 'rw', why });
  }
}
