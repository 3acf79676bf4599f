// The dumb twin of the transaction checker: does an order exist in which a plain store would have
// answered so? It knows no graphs: serializability is tried by permutations, snapshot isolation by
// orders of begin and commit.

import type { Operation } from '../../../src/checkers/history/history.ts';
import { canonical, isList, type Json } from '../../../src/checkers/json.ts';

type Store = ReadonlyMap<string, Json>;

interface Run {
  readonly operation: Operation;
  readonly steps: readonly (readonly [f: string, key: string, value: Json])[];
}

function runOf(operation: Operation): Run {
  const raw = operation.outcome === 'ok' ? operation.output : operation.input;
  const steps = (isList(raw) ? raw : []).flatMap((step) =>
    isList(step) ? [[String(step[0]), String(step[1]), step[2] ?? null] as const] : [],
  );
  return { operation, steps };
}

/** The store after the transaction, or null when it cannot have read what it read. */
function execute(store: Store, { operation, steps }: Run): Store | null {
  const after = new Map(store);
  for (const [f, key, value] of steps) {
    const now = after.get(key) ?? null;
    if (f === 'append') after.set(key, [...(isList(now) ? now : []), value]);
    else if (f === 'w') after.set(key, value);
    else if (operation.outcome === 'ok' && !isSame(now, value)) return null;
  }
  return after;
}

/** An empty list and a list that is not there are the same. */
function isSame(a: Json, b: Json): boolean {
  const text = (value: Json): string =>
    canonical(isList(value) && value.length === 0 ? null : value);
  return text(a) === text(b);
}

const returnOf = ({ operation }: Run): number =>
  operation.outcome === 'ok' ? (operation.return ?? Infinity) : Infinity;

/** Unknown transactions may have taken effect or not; failed ones had none. */
export function isSerializableByBruteForce(
  operations: readonly Operation[],
  { strict }: { readonly strict: boolean },
): boolean {
  const runs = operations.filter(({ outcome }) => outcome !== 'fail').map(runOf);
  const search = (left: readonly Run[], store: Store): boolean => {
    if (left.every(({ operation }) => operation.outcome === 'unknown')) return true;
    return left.some((next) => {
      const isLate = left.some((other) => other !== next && returnOf(other) < next.operation.call);
      if (strict && isLate) return false;
      const after = execute(store, next);
      return (
        after !== null &&
        search(
          left.filter((other) => other !== next),
          after,
        )
      );
    });
  };
  return search(runs, new Map());
}

interface Snapshot {
  readonly run: Run;
  readonly store: Store;
  readonly begunAt: number;
}

interface World {
  readonly waiting: readonly Run[];
  readonly active: readonly Snapshot[];
  readonly store: Store;
  readonly committedAt: ReadonlyMap<string, number>;
  readonly clock: number;
}

/** Reads see the store as it was at begin; of two overlapping writers of a key only one commits. */
export function isSnapshotIsolatedByBruteForce(
  operations: readonly Operation[],
  { strict }: { readonly strict: boolean },
): boolean {
  const runs = operations.filter(({ outcome }) => outcome !== 'fail').map(runOf);
  return searchSnapshots(
    { waiting: runs, active: [], store: new Map(), committedAt: new Map(), clock: 0 },
    strict,
  );
}

function searchSnapshots(world: World, strict: boolean): boolean {
  const left = [...world.waiting, ...world.active.map(({ run }) => run)];
  if (left.every(({ operation }) => operation.outcome === 'unknown')) return true;
  const isAllowed = (run: Run): boolean =>
    !strict || left.every((other) => other === run || returnOf(other) >= run.operation.call);
  return (
    world.waiting.some((run) => isAllowed(run) && searchSnapshots(begun(world, run), strict)) ||
    world.active.some((snapshot) => {
      const after = committed(world, snapshot);
      return after !== null && searchSnapshots(after, strict);
    })
  );
}

function begun(world: World, run: Run): World {
  const snapshot = { run, store: world.store, begunAt: world.clock };
  return {
    ...world,
    waiting: world.waiting.filter((each) => each !== run),
    active: [...world.active, snapshot],
    clock: world.clock + 1,
  };
}

/** null: it read something else, or another writer was first. */
function committed(world: World, { run, store, begunAt }: Snapshot): World | null {
  const own = execute(store, run);
  if (own === null) return null;
  const keys = run.steps.filter(([f]) => f !== 'r').map(([, key]) => key);
  if (keys.some((key) => (world.committedAt.get(key) ?? -1) >= begunAt)) return null;
  const after = new Map(world.store);
  const committedAt = new Map(world.committedAt);
  for (const key of keys) {
    after.set(key, own.get(key) ?? null);
    committedAt.set(key, world.clock);
  }
  return {
    ...world,
    active: world.active.filter((each) => each.run !== run),
    store: after,
    committedAt,
    clock: world.clock + 1,
  };
}
