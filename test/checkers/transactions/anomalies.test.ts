// One history for each anomaly, and which isolation levels forbid it. The names are those of Adya's
// thesis and of Elle.

import { describe, expect, it } from 'vitest';
import { stepBudget } from '../../../src/checkers/budget.ts';
import type { Operation, Outcome } from '../../../src/checkers/history/history.ts';
import type { Json } from '../../../src/checkers/json.ts';
import type { Judgement } from '../../../src/checkers/judgement.ts';
import { isolationNamed } from '../../../src/checkers/transactions/isolation.ts';
import { judgeTransactions } from '../../../src/checkers/transactions/serializable.ts';
import type { WriteWord } from '../../../src/checkers/transactions/transaction.ts';
import { operation } from '../operations.ts';

/**
 * `a x 1` appends, `w x 1` writes, `r x 1 2` reads a list, `r x 1` of a register its value, `r x`
 * nothing.
 */
function steps(text: string, word: WriteWord): Json {
  return text.split(', ').map((step) => {
    const [f = '', key = '', ...values] = step.split(' ');
    const numbers = values.map(Number);
    if (f !== 'r') return [f === 'a' ? 'append' : 'w', key, numbers[0] ?? null];
    return ['r', key, word === 'append' ? numbers : (numbers[0] ?? null)];
  });
}

interface Line {
  readonly text: string;
  readonly outcome?: Outcome;
  readonly client?: string;
}

/** All at the same time, unless `inTurn`. */
function history(
  word: WriteWord,
  lines: readonly (string | Line)[],
  inTurn = false,
): readonly Operation[] {
  return lines.map((line, at) => {
    const {
      text,
      outcome = 'ok',
      client = `c${at}`,
    } = typeof line === 'string' ? { text: line } : line;
    const [call, end] = inTurn ? [at * 2, at * 2 + 1] : [at, 100 + at];
    const value = steps(text, word);
    return operation(call, end, { f: 'txn', input: value, output: value, outcome, client });
  });
}

function judge(word: WriteWord, operations: readonly Operation[], level: string): Judgement {
  const isolation = isolationNamed(level);
  if (isolation === null) throw new Error(`no level ${level}`);
  const budget = stepBudget(10_000);
  return judgeTransactions({ operations, word, isolation, allowUnwritten: false, budget });
}

const names = ({ anomalies = [] }: Judgement): readonly string[] =>
  anomalies.map(({ name }) => name);

interface Case {
  readonly name: string;
  readonly word: WriteWord;
  readonly lines: readonly (string | Line)[];
  readonly inTurn?: boolean;
  /** The weakest level that forbids it. */
  readonly forbidden: string;
  /** A level that allows it. */
  readonly allowed?: string;
}

const failed = (text: string): Line => ({ text, outcome: 'fail' });

const cases: readonly Case[] = [
  {
    name: 'G0',
    word: 'append',
    lines: ['a x 1, a y 1', 'a x 2, a y 2', 'r x 1 2, r y 2 1'],
    forbidden: 'read-uncommitted',
  },
  {
    name: 'G1a',
    word: 'append',
    lines: [failed('a x 1'), 'r x 1'],
    forbidden: 'read-committed',
    allowed: 'read-uncommitted',
  },
  {
    name: 'G1b',
    word: 'append',
    lines: ['a x 1, a x 2', 'r x 1'],
    forbidden: 'read-committed',
    allowed: 'read-uncommitted',
  },
  {
    name: 'G1c',
    word: 'append',
    lines: ['a x 1, r y 2', 'a y 2, r x 1'],
    forbidden: 'read-committed',
    allowed: 'read-uncommitted',
  },
  {
    name: 'G-single',
    word: 'append',
    lines: ['a x 1, a y 1', 'r x 1, r y'],
    forbidden: 'snapshot-isolation',
    allowed: 'read-committed',
  },
  {
    name: 'G-nonadjacent',
    word: 'append',
    lines: ['a x 1', 'a y 1', 'r x 1, r y', 'r y 1, r x'],
    forbidden: 'snapshot-isolation',
    allowed: 'read-committed',
  },
  {
    name: 'G2',
    word: 'append',
    lines: ['a x 1, r y', 'a y 1, r x'],
    forbidden: 'serializable',
    allowed: 'snapshot-isolation',
  },
  {
    name: 'lost-update',
    word: 'append',
    lines: ['r x, a x 1', 'r x, a x 2', 'r x 1 2'],
    forbidden: 'snapshot-isolation',
    allowed: 'read-committed',
  },
  {
    name: 'internal',
    word: 'append',
    lines: ['a x 1', 'r x, r x 1'],
    forbidden: 'snapshot-isolation',
    allowed: 'read-committed',
  },
  {
    name: 'dirty-update',
    word: 'append',
    lines: [failed('a x 1'), 'a x 2', 'r x 1 2'],
    forbidden: 'read-uncommitted',
  },
  {
    name: 'incompatible-order',
    word: 'append',
    lines: ['a x 1', 'a x 2', 'r x 1', 'r x 2'],
    forbidden: 'read-committed',
    allowed: 'read-uncommitted',
  },
  {
    name: 'duplicate-elements',
    word: 'append',
    lines: ['a x 1', 'r x 1 1'],
    forbidden: 'read-uncommitted',
  },
  {
    name: 'unwritten-read',
    word: 'append',
    lines: ['a x 1', 'r x 7'],
    forbidden: 'read-uncommitted',
  },
  {
    name: 'G-single-realtime',
    word: 'append',
    lines: ['a x 1', 'r x', 'r x 1'],
    inTurn: true,
    forbidden: 'strict-serializable',
    allowed: 'serializable',
  },
  {
    name: 'G-single-process',
    word: 'append',
    lines: [
      { text: 'a x 1', client: 'c' },
      { text: 'r x', client: 'c' },
      { text: 'r x 1', client: 'd' },
    ],
    inTurn: true,
    forbidden: 'strong-session-snapshot-isolation',
    allowed: 'serializable',
  },
  {
    name: 'unwritten-read',
    word: 'w',
    lines: ['w x 1', 'r x 7'],
    forbidden: 'read-uncommitted',
  },
  {
    name: 'G1a',
    word: 'w',
    lines: [failed('w x 1'), 'r x 1'],
    forbidden: 'read-committed',
    allowed: 'read-uncommitted',
  },
  {
    name: 'G1b',
    word: 'w',
    lines: ['w x 1, w x 2', 'r x 1'],
    forbidden: 'read-committed',
    allowed: 'read-uncommitted',
  },
  {
    name: 'G1c',
    word: 'w',
    lines: ['w x 1, r y 2', 'w y 2, r x 1'],
    forbidden: 'read-committed',
    allowed: 'read-uncommitted',
  },
  {
    name: 'lost-update',
    word: 'w',
    lines: ['r x, w x 1', 'r x, w x 2'],
    forbidden: 'snapshot-isolation',
    allowed: 'read-committed',
  },
  {
    name: 'G2',
    word: 'w',
    lines: ['w x 1, r y', 'w y 1, r x', 'r x 1', 'r y 1'],
    forbidden: 'serializable',
    allowed: 'snapshot-isolation',
  },
  {
    name: 'internal',
    word: 'w',
    lines: ['w x 1, r x 2', 'w x 2'],
    forbidden: 'snapshot-isolation',
    allowed: 'read-committed',
  },
  {
    name: 'cyclic-versions',
    word: 'w',
    lines: ['w x 1', 'r x 1', 'w x 2', 'r x 2', 'r x 1'],
    inTurn: true,
    forbidden: 'strict-serializable',
    allowed: 'serializable',
  },
];

describe('anomalies', () => {
  for (const { name, word, lines, inTurn = false, forbidden, allowed } of cases) {
    it(`${name} of ${word === 'append' ? 'lists' : 'registers'} is forbidden by ${forbidden}`, () => {
      const operations = history(word, lines, inTurn);
      const judgement = judge(word, operations, forbidden);
      expect(judgement.verdict).toBe('invalid');
      expect(names(judgement)).toContain(name);
      if (allowed !== undefined)
        expect(judge(word, operations, allowed).verdict).not.toBe('invalid');
    });
  }

  it('a cycle is told in words, each step with its reason', () => {
    const { why, story } = judge(
      'append',
      history('append', ['a x 1, r y', 'a y 1, r x']),
      'serializable',
    );
    expect(why).toMatch(/^G2, a cycle of 2 transactions; write skew/);
    expect(story).toEqual([
      'T1 = client c0, line 1: append x 1, r y []',
      'T2 = client c1, line 2: append y 1, r x []',
      'T1 before T2 (rw): T2 appended 1 to key y, which T1 had read without it',
      'T2 before T1 (rw): T1 appended 1 to key x, which T2 had read without it',
      'so T1 must come before itself: no order exists',
    ]);
  });

  it('the smallest cycle is shown', () => {
    const long = ['a p 1, r q', 'a q 1, r s', 'a s 1, r p'];
    const short = ['a x 1, r y', 'a y 1, r x'];
    const { witness } = judge('append', history('append', [...long, ...short]), 'serializable');
    expect(witness?.map(({ line }) => line).sort()).toEqual([4, 5]);
  });
});

describe('what proves nothing', () => {
  it('a graph without edges is unknown', () => {
    for (const lines of [[], ['a x 1', 'a y 2'], ['r x'], [failed('a x 1'), 'r x']]) {
      const { verdict, why } = judge('append', history('append', lines), 'serializable');
      expect([verdict, why]).toEqual([
        'unknown',
        'no transaction depends on another, so nothing was tested',
      ]);
    }
  });

  it('elements that are not unique cannot be told apart', () => {
    const { verdict, why } = judge(
      'append',
      history('append', ['a x 1', 'a x 1, r x 1']),
      'serializable',
    );
    expect(verdict).toBe('unknown');
    expect(why).toBe('1 is appended to key x twice (lines 1 and 2): elements must be unique');
  });

  it('a spent budget is unknown where no anomaly was found', () => {
    const isolation = isolationNamed('snapshot-isolation');
    if (isolation === null) throw new Error('no such level');
    const operations = history('append', ['a x 1, a y 1', 'r x 1, r y']);
    const spent = { memoryBytesMax: 1, isOver: () => true };
    const the = {
      operations,
      word: 'append',
      isolation,
      allowUnwritten: false,
      budget: spent,
    } as const;
    expect(judgeTransactions(the)).toMatchObject({
      verdict: 'unknown',
      why: /time budget is spent/,
    });
  });
});

describe('what is no anomaly', () => {
  it('an unknown transaction may have happened', () => {
    const maybe = { text: 'a x 1', outcome: 'unknown' } as const;
    expect(
      judge('append', history('append', [maybe, 'r x 1']), 'strict-serializable').verdict,
    ).toBe('valid');
    expect(
      judge('append', history('append', [maybe, 'a x 2', 'r x 2']), 'strict-serializable').verdict,
    ).toBe('valid');
  });

  it('a transaction sees its own writes', () => {
    const lines = ['a x 1, r x 1, a x 2, r x 1 2', 'r x 1 2, a x 3'];
    expect(judge('append', history('append', lines), 'strict-serializable').verdict).toBe('valid');
  });
});
