// Long histories of a register store that is correct: every operation acts at one drawn instant
// between its call and its return. Some answers are lost on the way.

import type { Operation } from '../../../src/checkers/history/history.ts';
import type { Json } from '../../../src/checkers/json.ts';
import { operation } from '../operations.ts';

export interface Recording {
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  /** One in so many answers is lost; 0: none. */
  readonly lostOneIn: number;
  readonly functions: readonly string[];
  readonly seed: number;
}

/** A small generator of numbers below `bound` (mulberry32). */
function randomFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

interface Plan {
  readonly client: number;
  readonly call: number;
  readonly acts: number;
  readonly end: number;
  readonly isLost: boolean;
  readonly f: string;
  readonly key: string;
  readonly value: number;
  readonly old: number;
}

export function record(the: Recording): readonly Operation[] {
  const random = randomFrom(the.seed);
  const plans = plansOf(the, random).sort((a, b) => a.acts - b.acts);
  const store = new Map<string, Json>();
  const done = plans.map((plan) => ({ plan, ...act(store, plan) }));
  const moments = done
    .flatMap(({ plan }) => [plan.call, plan.end])
    .sort((a, b) => a - b)
    .map((time, rank) => [time, rank] as const);
  const rankOf = new Map(moments);
  return done
    .map(({ plan, input, output, isOk }) =>
      operation(rankOf.get(plan.call) ?? 0, rankOf.get(plan.end) ?? 0, {
        f: plan.f,
        key: plan.key,
        client: String(plan.client),
        input,
        output: isOk && !plan.isLost ? output : null,
        outcome: plan.isLost ? 'unknown' : isOk ? 'ok' : 'fail',
      }),
    )
    .sort((a, b) => a.call - b.call);
}

/** Each client does one thing after another; all instants are different. */
function plansOf(the: Recording, random: (bound: number) => number): Plan[] {
  const clocks = Array<number>(the.clients).fill(0);
  const unit = the.operations * 4;
  return Array.from({ length: the.operations }, (_, at) => {
    const client = at % the.clients;
    const call = (clocks[client] ?? 0) + random(20);
    const length = 1 + random(40);
    clocks[client] = call + length + 1;
    return {
      client,
      call: call * unit + at * 3,
      acts: (call + random(length)) * unit + at * 3 + 1,
      end: (call + length) * unit + at * 3 + 2,
      isLost: the.lostOneIn > 0 && random(the.lostOneIn) === 0,
      f: the.functions[random(the.functions.length)] ?? 'read',
      key: `k${random(the.keys)}`,
      value: random(8),
      old: random(8),
    };
  });
}

function act(
  store: Map<string, Json>,
  { f, key, value, old }: Plan,
): { readonly input: Json; readonly output: Json; readonly isOk: boolean } {
  const now = store.get(key) ?? null;
  if (f === 'read') return { input: null, output: now, isOk: true };
  if (f === 'append') {
    const text = `${value},`;
    store.set(key, `${now ?? ''}${text}`);
    return { input: text, output: null, isOk: true };
  }
  if (f === 'cas') {
    if (now === old) store.set(key, value);
    return { input: [old, value], output: null, isOk: now === old };
  }
  store.set(key, f === 'delete' ? null : value);
  return { input: f === 'delete' ? null : value, output: null, isOk: true };
}
