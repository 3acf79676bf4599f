// Says in words why the operations of a witness contradict each other: the well-known shapes by
// name, everything else by the longest order that works and what cannot follow it.

import type { Operation } from '../history/history.ts';
import { canonical, type Json, show } from '../json.ts';
import type { ObjectKind } from './object.ts';
import { observedBy, writtenBy } from './values.ts';

interface Told {
  readonly why: string;
  readonly story: readonly string[];
  readonly witness: readonly Operation[];
}

export interface Contradiction {
  readonly kind: ObjectKind;
  readonly key: string | null;
  /** Everything that was done to the object. */
  readonly all: readonly Operation[];
  readonly initial: Json;
  readonly witness: readonly Operation[];
  readonly deepest: readonly Operation[];
  /** The state after `deepest`. */
  readonly reached: string;
}

/** Writers of one value that are shown beside those who saw it. */
const writersMax = 4;

export function explainViolation(the: Contradiction): Told {
  const where = the.key === null ? '' : `key ${show(the.key)}: `;
  const isRegister = the.kind.name === 'register';
  const known = isRegister ? (unwritten(the) ?? stale(the)) : tooManyHolders(the);
  const witness = isRegister ? withWriters(the) : the.witness;
  const many = witness.length === 1 ? 'the operation' : `the ${witness.length} operations`;
  const why = known ?? `no order of ${many} below agrees with time and with every answer`;
  return { why: `${where}${why}`, story: storyOf(the), witness };
}

/** The witness, and who wrote what it saw: without them nobody can follow it. */
function withWriters({ witness, all }: Contradiction): readonly Operation[] {
  if (witness.length > explainedMax) return witness;
  const shown = new Set(witness);
  for (const seer of witness) {
    const value = observedBy(seer);
    const writers = all.filter(
      (each) => same(writtenBy(each), value) && each.call < (seer.return ?? each.call),
    );
    if (!writers.some((each) => shown.has(each)))
      for (const each of writers.slice(-writersMax)) shown.add(each);
  }
  return [...shown].sort((a, b) => a.call - b.call);
}

/** Two held a lock at once, by counting alone. */
function tooManyHolders({ kind, witness, all }: Contradiction): string | null {
  if (kind.name !== 'mutex') return null;
  const acquired = witness.filter(({ f }) => f === 'acquire');
  const until = Math.max(...acquired.map((each) => each.return ?? 0));
  const released = all.filter(({ f, call }) => f === 'release' && call < until);
  if (acquired.length <= released.length + 1) return null;
  const counts = `acquired ${acquired.length} times, and until then released at most ${released.length}`;
  return `the lock was ${counts} times: two held it at once`;
}

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a !== undefined && b !== undefined && canonical(a) === canonical(b);

const by = ({ client }: Operation): string => (client === null ? 'a client' : `client ${client}`);

/** Somebody saw a value before anybody can have written it. */
function unwritten({ witness, all, initial }: Contradiction): string | null {
  const [seer] = witness;
  if (seer === undefined || witness.length !== 1) return null;
  const value = observedBy(seer);
  if (value === undefined || same(value, initial)) return null;
  if (all.some(({ f }) => f === 'append')) return null;
  const writers = all.filter((each) => same(writtenBy(each), value) && each !== seer);
  if (writers.length === 0) return `${by(seer)} saw ${show(value)}, which nobody ever wrote`;
  return `${by(seer)} saw ${show(value)} before anybody had begun to write it`;
}

/** A larger witness has no shape that words could show. */
const explainedMax = 60;

/** An old value was seen after a newer one had replaced it for certain. */
function stale({ witness, all, initial }: Contradiction): string | null {
  if (witness.length > explainedMax) return null;
  for (const seer of witness) {
    const value = observedBy(seer);
    if (value === undefined || all.some(({ f }) => f === 'append')) continue;
    const replacer = witness.find(
      (each) => each !== seer && replaces(each, { value, seer, all, initial }),
    );
    if (replacer === undefined) continue;
    const next = show(writtenBy(replacer) ?? observedBy(replacer) ?? null);
    const how = writtenBy(replacer) === undefined ? 'had been seen' : 'had been written';
    return `${by(seer)} saw the old value ${show(value)} after ${next} ${how} (stale read)`;
  }
  return null;
}

interface Sight {
  readonly value: Json;
  readonly seer: Operation;
  readonly all: readonly Operation[];
  readonly initial: Json;
}

/**
 * True: `each` proves another value, before `seer` began and after everybody had finished writing
 * the old one.
 */
function replaces(each: Operation, { value, seer, all, initial }: Sight): boolean {
  const next = writtenBy(each) ?? observedBy(each);
  const isBefore = each.outcome === 'ok' && (each.return ?? Infinity) < seer.call;
  if (!isBefore || next === undefined || same(next, value)) return false;
  const writers = all.filter((one) => same(writtenBy(one), value) && one.call < (seer.return ?? 0));
  if (writers.length === 0) return same(value, initial);
  return writers.every((one) => one.return !== null && one.return < each.call);
}

function storyOf({ kind, witness, deepest, reached, initial }: Contradiction): readonly string[] {
  const rest = witness.filter((each) => !deepest.includes(each));
  const begins = kind.name === 'register' ? [`the value is ${show(initial)} at first`] : [];
  const [next] = rest;
  if (deepest.length === 0 || next === undefined) return begins;
  const order = listOf(deepest.slice(-listMax), kind);
  return [
    ...begins,
    `longest order that works: ${order}; then the state is ${reached}`,
    `what cannot follow: ${listOf(rest.slice(0, listMax), kind)}`,
  ];
}

const listMax = 8;

function listOf(operations: readonly Operation[], kind: ObjectKind): string {
  return operations.map((each) => `${kind.show(each)} (${by(each)})`).join(', ');
}
