// A store without isolation: the steps of all transactions run in a drawn order, each at once and
// for all to see. Some transactions fail before they did anything, some after; some are never heard
// of again; some reads are stale.

import fc from 'fast-check';
import type { Operation, Outcome } from '../../../src/checkers/history/history.ts';
import type { Json } from '../../../src/checkers/json.ts';
import type { WriteWord } from '../../../src/checkers/transactions/transaction.ts';
import { operation } from '../operations.ts';

interface PlannedStep {
  readonly isWrite: boolean;
  readonly key: number;
  /** A read that misses the latest write. */
  readonly isStale: boolean;
}

interface Planned {
  readonly steps: readonly PlannedStep[];
  readonly fate: 'ok' | 'fails' | 'fails-late' | 'unknown' | 'unknown-lost';
  readonly client: number;
}

export interface Draw {
  readonly planned: readonly Planned[];
  /** Whose turn it is, again and again. */
  readonly turns: readonly number[];
  readonly endsWithReads: boolean;
  readonly blindWrites: boolean;
}

const step = fc.record({
  isWrite: fc.boolean(),
  key: fc.nat({ max: 1 }),
  isStale: fc.nat({ max: 11 }).map((draw) => draw === 0),
});

const fates = [
  ...Array<'ok'>(9).fill('ok'),
  'fails',
  'fails-late',
  'unknown',
  'unknown-lost',
] as const;

/** What an unknown transaction read is unknown too, so its writes would be blind. */
const knownFates = fates.filter((fate) => !fate.startsWith('unknown'));

export function draws(options: {
  readonly blindWrites: boolean;
  readonly endsWithReads: boolean;
}): fc.Arbitrary<Draw> {
  return fc.record({
    planned: fc.array(
      fc.record({
        steps: fc.array(step, { minLength: 1, maxLength: 3 }),
        fate: fc.constantFrom(...(options.blindWrites ? fates : knownFates)),
        client: fc.nat({ max: 2 }),
      }),
      { minLength: 2, maxLength: 4 },
    ),
    turns: fc.array(fc.nat({ max: 3 }), { minLength: 24, maxLength: 24 }),
    endsWithReads: fc.constant(options.endsWithReads),
    blindWrites: fc.constant(options.blindWrites),
  });
}

/** What happened to one transaction so far. */
interface Progress {
  readonly planned: Planned;
  readonly rest: PlannedStep[];
  readonly asked: Json[];
  readonly answered: Json[];
  call: number | null;
  end: number | null;
}

class SloppyStore {
  readonly #word: WriteWord;
  readonly #versions = new Map<number, Json[]>();
  #next = 1;

  constructor(word: WriteWord) {
    this.#word = word;
  }

  run({ isWrite, key, isStale }: PlannedStep, the: Progress): void {
    const name = `k${key}`;
    const history = this.#versions.get(key) ?? [null];
    this.#versions.set(key, history);
    if (!isWrite) {
      const value = history.at(isStale && history.length > 1 ? -2 : -1) ?? null;
      the.asked.push(['r', name, null]);
      the.answered.push(['r', name, value]);
      return;
    }
    const value = this.#next++;
    the.asked.push([this.#word, name, value]);
    the.answered.push([this.#word, name, value]);
    if (the.planned.fate === 'fails' || the.planned.fate === 'unknown-lost') return;
    const before = history.at(-1) ?? null;
    history.push(this.#word === 'w' ? value : [...(Array.isArray(before) ? before : []), value]);
  }
}

/** The history that the draw leads to. */
export function play(draw: Draw, word: WriteWord): Operation[] {
  const store = new SloppyStore(word);
  const all = draw.planned.map((planned) => begin(planned, draw.blindWrites));
  let rank = 0;
  const advance = (the: Progress): void => {
    the.call ??= rank++;
    const next = the.rest.shift();
    if (next !== undefined) store.run(next, the);
    if (the.rest.length === 0) the.end ??= rank++;
  };
  for (const turn of draw.turns) {
    const open = all.filter(({ end }) => end === null);
    const the = open[turn % Math.max(1, open.length)];
    if (the !== undefined) advance(the);
  }
  for (const the of all) while (the.end === null) advance(the);
  if (draw.endsWithReads) {
    const last = begin(everything, true);
    all.push(last);
    while (last.end === null) advance(last);
  }
  return all.map(operationOf).sort((a, b) => a.call - b.call);
}

const everything: Planned = {
  steps: [0, 1].map((key) => ({ isWrite: false, key, isStale: false })),
  fate: 'ok',
  client: 9,
};

/** Without blind writes each write is preceded by a read of its key in the same transaction. */
function begin(planned: Planned, blindWrites: boolean): Progress {
  const rest = planned.steps.flatMap((each, at) => {
    const isKnown = planned.steps.slice(0, at).some(({ key }) => key === each.key);
    const look = { isWrite: false, key: each.key, isStale: each.isStale };
    return blindWrites || !each.isWrite || isKnown ? [each] : [look, each];
  });
  return { planned, rest, asked: [], answered: [], call: null, end: null };
}

const outcomes: Readonly<Record<Planned['fate'], Outcome>> = {
  ok: 'ok',
  fails: 'fail',
  'fails-late': 'fail',
  unknown: 'unknown',
  'unknown-lost': 'unknown',
};

function operationOf({ planned, asked, answered, call, end }: Progress): Operation {
  const outcome = outcomes[planned.fate];
  return operation(call ?? 0, end, {
    f: 'txn',
    input: asked,
    output: outcome === 'ok' ? answered : null,
    outcome,
    client: `${planned.client}-${call}`,
  });
}
