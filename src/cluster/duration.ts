// Durations as people type them: `250ms`, `2s`, `1.5m`, `1h`; a bare number counts seconds. At most
// a day: a timer of more than 24 days would fire at once.

import { DsysError } from '../errors.ts';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  '': 1000,
  m: 60_000,
  h: 3_600_000,
};

const longestMs = 24 * 3_600_000;

/** Milliseconds of `text`; rejects anything that is not a positive duration of at most a day. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text.trim());
  const ms = match === null ? 0 : Number(match[1]) * (unitMs[match[2] ?? ''] ?? 0);
  if (ms > 0 && ms <= longestMs) return ms;
  throw new DsysError({
    code: 'usage',
    message: `expected a duration such as 250ms, 2s or 1m; found ${JSON.stringify(text)}`,
    hint: 'write a number and one of ms, s, m, h; at most 24h',
  });
}
