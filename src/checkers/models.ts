// The models that a history can be judged by, and which of them a history calls for by its own
// shape.

import type { Operation } from './history/history.ts';
import { isList, isMap, type Json } from './json.ts';
import { isolations } from './transactions/isolation.ts';

/** What the operations are about. */
const workloads = [
  'register',
  'multi-register',
  'mutex',
  'list-append',
  'rw-register',
  'bank',
  'counter',
  'set',
  'set-full',
  'long-fork',
  'comments',
  'convergence',
] as const;

export type Workload = (typeof workloads)[number];

/** The operations that each workload has. */
export const functionsOf: Readonly<Record<Workload, readonly string[]>> = {
  register: ['read', 'write', 'cas', 'append', 'delete'],
  'multi-register': ['txn', 'read', 'write'],
  mutex: ['acquire', 'release'],
  'list-append': ['txn'],
  'rw-register': ['txn'],
  bank: ['read', 'transfer'],
  counter: ['add', 'read'],
  set: ['add', 'read'],
  'set-full': ['add', 'read'],
  'long-fork': ['read', 'write'],
  comments: ['read', 'write'],
  convergence: [],
};

/** Other names by which a workload is known. */
const synonyms: Readonly<Record<string, Workload>> = {
  linearizable: 'register',
  'cas-register': 'register',
};

/** Every name that `--model` takes. */
export const modelNames: readonly string[] = [
  ...workloads,
  ...Object.keys(synonyms),
  ...isolations.map(({ name }) => name),
];

/** A workload, an isolation level, or both; null: no such model. */
export function modelNamed(
  name: string,
): { readonly workload: Workload | null; readonly isolation: string | null } | null {
  const workload = synonyms[name] ?? workloads.find((each) => each === name);
  if (workload !== undefined) return { workload, isolation: null };
  if (isolations.some((each) => each.name === name)) return { workload: null, isolation: name };
  return null;
}

/** What the history is about, by the names and shapes of its operations; null: nothing known. */
export function workloadOf(operations: readonly Operation[]): Workload | null {
  const names = new Set(operations.map(({ f }) => f));
  const only = (...those: string[]): boolean => [...names].every((name) => those.includes(name));
  if (only('txn')) return transactional(operations);
  if (only('acquire', 'release')) return 'mutex';
  if (names.has('transfer') && only('read', 'transfer')) return 'bank';
  if (names.has('add') && only('add', 'read')) return readsLists(operations) ? 'set' : 'counter';
  if (only('read', 'write') && operations.some(({ input }) => isSteps(input))) return 'long-fork';
  if (only('read', 'write') && readsLists(operations)) return 'comments';
  if (only('read') && operations.some(({ output }) => isMap(output))) return 'bank';
  return only('read', 'write', 'cas', 'append', 'delete') ? 'register' : null;
}

const isSteps = (value: Json): boolean => isList(value) && value.length > 0 && value.every(isList);

function readsLists(operations: readonly Operation[]): boolean {
  return operations.some(({ f, output }) => f === 'read' && isList(output));
}

function transactional(operations: readonly Operation[]): Workload {
  const words = new Set(
    operations.flatMap(({ input }) =>
      isList(input) ? input.map((step) => (isList(step) ? step[0] : null)) : [],
    ),
  );
  if (words.has('append') || operations.some(({ output }) => readsList(output)))
    return 'list-append';
  return words.has('w') || words.has('r') ? 'rw-register' : 'multi-register';
}

/** True: a step returned a list. */
function readsList(output: Json): boolean {
  return isList(output) && output.some((step) => isList(step) && isList(step[2]));
}
