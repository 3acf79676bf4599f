// EDN as its specification has it (github.com/edn-format/edn), as far as histories use it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEdn } from '../../../src/checkers/history/edn.ts';
import type { Json } from '../../../src/checkers/json.ts';

function values(text: string): unknown {
  const forms = parseEdn(text);
  return 'kind' in forms ? forms : forms.map(({ value }) => value);
}

describe('EDN', () => {
  it('scalars', () => {
    expect(
      values('nil true false 1 -2 +3 4.5 1e3 7N 2.5M :key sym "a\\n\\"b\\"" \\c ##Inf'),
    ).toEqual([null, true, false, 1, -2, 3, 4.5, 1000, 7, 2.5, 'key', 'sym', 'a\n"b"', 'c', 'Inf']);
  });

  it('vectors, lists, sets and maps; keys of maps become text', () => {
    expect(values('[1 (2 3)] #{4} {:a 1, "b" 2, 3 4}')).toEqual([
      [1, [2, 3]],
      [4],
      { 3: 4, a: 1, b: 2 },
    ]);
  });

  it('comments, discarded forms and tags', () => {
    expect(values('; nothing\n1 #_ 2 3 [#_[4 5] 6] #inst "now" #my/rec{:a 1}')).toEqual([
      1,
      3,
      [6],
      'now',
      { a: 1 },
    ]);
  });

  it('two discards drop two forms', () => {
    expect(values('[#_ #_ 1 2 3]')).toEqual([[3]]);
  });

  it('lines of forms and of elements', () => {
    const forms = parseEdn('\n[1\n\n {:a\n 2}]');
    expect(forms).toMatchObject([{ line: 2, elementLines: [2, 4] }]);
  });

  it('what is not closed, or closed wrongly, is told by its line', () => {
    expect(values('[1\n{:a 2')).toMatchObject({ line: 2, expected: 'a closing }' });
    expect(values('[1\n)')).toMatchObject({ line: 2, expected: 'a closing ]', found: ')' });
    expect(values('\n]')).toMatchObject({ line: 2, expected: 'a form' });
    expect(values('{:a}')).toMatchObject({ line: 1, expected: 'a value for every key of the map' });
    expect(values('"abc')).toMatchObject({ line: 1, expected: 'an EDN form' });
  });

  it('nesting beyond all reason is refused, not followed until the stack ends', () => {
    const deep = 50_000;
    const expected = 'at most 200 levels of nesting';
    expect(values(`${'['.repeat(deep)}${']'.repeat(deep)}`)).toMatchObject({ line: 1, expected });
  });

  it('every JSON value without odd keys is the same in EDN', () => {
    const value = fc.jsonValue({ maxDepth: 3, noUnicodeString: true });
    fc.assert(
      fc.property(value, (json) => {
        const text = ednOf(json as Json);
        const plainZeros = JSON.stringify(json);
        expect(JSON.stringify(values(text))).toBe(JSON.stringify(JSON.parse(`[${plainZeros}]`)));
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});

function ednOf(value: Json): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return `[${value.map(ednOf).join(' ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)} ${ednOf(each)}`);
  return `{${pairs.join(', ')}}`;
}
