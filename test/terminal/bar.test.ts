// A bar of blocks.

import { expect, it } from 'vitest';
import { bar } from '../../src/terminal/bar.ts';

it('is as full as the part of the whole, to an eighth of a block', () => {
  expect(bar(0, 41, 8)).toBe('········');
  expect(bar(41, 41, 8)).toBe('████████');
  expect(bar(1, 2, 8)).toBe('████····');
  expect(bar(1, 16, 8)).toBe('▌·······');
  expect(bar(13, 41, 8)).toBe('██▌·····');
});

it('never leaves its width', () => {
  for (const [part, whole] of [
    [9, 3],
    [-1, 3],
    [1, 0],
  ] as const)
    expect(bar(part, whole, 8)).toHaveLength(8);
});
