// A lock: acquire only when it is free, release only when it is held. Refused requests had no
// effect.

import type { Operation } from '../history/history.ts';
import { impossible, type Model } from './model.ts';
import { intervalOf, type ObjectKind } from './object.ts';

const [free, held] = [0, 1];
const [acquire, release] = [0, 1];

const model: Model = {
  initial: free,
  roles: null,
  step(state, kind) {
    if (kind === acquire) return state === free ? held : impossible;
    return state === held ? free : impossible;
  },
  isPure: () => false,
  observes: () => true,
  isBlind: () => false,
  describe: (state) => (state === free ? 'free' : 'held'),
};

export const mutex: ObjectKind = {
  name: 'mutex',
  says: ({ outcome }: Operation) => outcome !== 'fail',
  isReadOnly: () => false,
  problemOf: (entries) => ({
    model,
    intervals: entries.map((entry) =>
      intervalOf(entry, entry.operation.f === 'acquire' ? acquire : release),
    ),
  }),
  show: ({ f, outcome }) => (outcome === 'unknown' ? `${f} → unknown` : f),
};
