// The smallest part of a list that still fails (delta debugging: Zeller and Hildebrandt 2002, in the
// form that removes ever smaller pieces). What is left is minimal one by one: without any single item
// it passes, unless the runs were used up.

/** `fails` is asked about ever shorter lists that keep the order; it held for the whole list. */
export async function smallest<Item>(
  items: readonly Item[],
  fails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  if (items.length === 0 || (await fails([]))) return [];
  let left = items;
  for (let size = Math.ceil(left.length / 2); size >= 1; ) {
    const before = left.length;
    left = await withoutPieces(left, size, fails);
    if (size === 1 && left.length === before) break;
    size = size === 1 ? 1 : Math.min(Math.ceil(size / 2), left.length);
  }
  return left;
}

/** From the end: what came last is most often not needed. */
async function withoutPieces<Item>(
  items: readonly Item[],
  size: number,
  fails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let left = items;
  for (let end = left.length; end > 0 && left.length > 1; end -= size) {
    const start = Math.max(0, end - size);
    const rest = [...left.slice(0, start), ...left.slice(end)];
    if (rest.length > 0 && (await fails(rest))) left = rest;
  }
  return left;
}
