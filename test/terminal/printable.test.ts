// What was stored cannot draw on a terminal or break a line.

import { describe, expect, it } from 'vitest';
import { oneLine, printable } from '../../src/terminal/printable.ts';

describe('a key in a line for people', () => {
  it('is shown as it is when it is printable', () => {
    for (const key of ['user:1001', 'ключ🙂', '-k', 'a b']) expect(printable(key)).toBe(key);
  });

  it('is quoted and escaped when it is not', () => {
    expect(printable('a\nb\tc')).toBe('"a\\nb\\tc"');
    expect(printable('\u001b[31mred')).toBe('"\\u001b[31mred"');
    expect(printable('\u009b2J\u007f')).toBe('"\\u009b2J\\u007f"');
    expect(printable('\u202egnp.exe')).toBe('"\\u202egnp.exe"');
  });
});

describe('a value in a list', () => {
  it('stays on its line, and tells the terminal nothing', () => {
    expect(oneLine('{"a": "b"}')).toBe('{"a": "b"}');
    expect(oneLine('one\ntwo\r\nthree\tfour')).toBe('one\\ntwo\\nthree\tfour');
    expect(oneLine('\u001b[2J')).toBe('\\u001b[2J');
  });
});
