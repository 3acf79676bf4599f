// Who wins when two writes of one key did not know of each other. The answer may depend on nothing
// but the two writes, because every replica asks again at its own time and must get the same
// answer.

import type { Settings } from '../model/control-row.ts';
import { compareIds, logOrigin } from '../model/ids.ts';
import type { ItemRow } from '../model/state.ts';
import { compareTimestamps, type Dot, type Timestamp } from '../model/version.ts';

/** What a resolver may look at. */
export interface Contender {
  readonly hlc: Timestamp;
  readonly dot: Dot;
}

export interface Resolver {
  readonly name: Settings['resolver'];
  /** True: `incoming` becomes the value and `current` is the loser; false: the other way round. */
  incomingWins(conflict: { readonly current: Contender; readonly incoming: Contender }): boolean;
}

/** The greater (hlc, origin, counter) wins; equal only for one and the same write. */
export const lastWriteWins: Resolver = {
  name: 'lww',
  incomingWins: ({ current, incoming }) => {
    const order =
      compareTimestamps(incoming.hlc, current.hlc) ||
      compareIds(incoming.dot.origin, current.dot.origin) ||
      incoming.dot.counter - current.dot.counter;
    return order > 0;
  },
};

/** The write that an item's value comes from. */
export function dotOf(item: ItemRow): Dot {
  return item.dot ?? { origin: logOrigin, counter: item.version.index };
}

export function contenderOf(item: ItemRow): Contender {
  return { hlc: item.version.hlc, dot: dotOf(item) };
}
