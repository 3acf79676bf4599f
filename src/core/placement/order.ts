// Choice by several criteria, the first that tells two apart deciding; without any left, what comes
// first in the list.

/** The least by `criteria`, compared number by number; null of nothing. */
export function firstBy<T>(all: Iterable<T>, criteria: (each: T) => readonly number[]): T | null {
  let best: { readonly each: T; readonly key: readonly number[] } | null = null;
  for (const each of all) {
    const key = criteria(each);
    if (best === null || isLess(key, best.key)) best = { each, key };
  }
  return best === null ? null : best.each;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((number, i) => number !== b[i]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
