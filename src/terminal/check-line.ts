// One check of `dsys doctor`: a mark, what was found, and what to do.

import type { Palette } from './palette.ts';

export function checkLine(
  check: {
    readonly name: string;
    readonly verdict: 'ok' | 'warn' | 'fail';
    readonly found: string;
    readonly fix: string;
  },
  { green, yellow, red }: Palette,
): string[] {
  const mark = { ok: green('✔'), warn: yellow('!'), fail: red('✖') }[check.verdict];
  const line = `${mark} ${check.name.padEnd(21)} ${check.found}`;
  return check.fix === '' ? [line] : [line, `  → ${check.fix}`];
}
