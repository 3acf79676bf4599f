// How durations and counts are written for people.

/** `12 ms`, `3.4 s`, `2m10s`, `1h05m`, `3d04h`: never more than two units. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return longDuration(ms);
}

/** As a column shows it: `45s`, `2m10s`. */
export function uptimeText(ms: number | null): string {
  if (ms === null) return '-';
  return ms < 60_000 ? `${Math.floor(ms / 1000)}s` : longDuration(ms);
}

/** `1 node`, `3 nodes`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function longDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
  if (hours > 0) return `${hours}h${two(minutes % 60)}m`;
  return `${minutes}m${two(seconds % 60)}s`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
