// Counts what was dropped or refused, by reason, and logs the first of each burst with its origin.
// A drop is normal in a distributed system; a silent one is not.

/** At most this many lines per reason and minute; the counter goes on. */
const linesPerMinute = 10;

export class Counters {
  readonly #counts = new Map<string, number>();
  readonly #lines = new Map<string, { minute: number; lines: number }>();
  readonly #log: (line: string) => void;
  readonly #nowMs: () => number;

  constructor(options: { log: (line: string) => void; nowMs: () => number }) {
    this.#log = options.log;
    this.#nowMs = options.nowMs;
  }

  drop(reason: string, detail: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    const minute = Math.floor(this.#nowMs() / 60_000);
    const seen = this.#lines.get(reason);
    const lines = seen?.minute === minute ? seen.lines + 1 : 1;
    this.#lines.set(reason, { minute, lines });
    if (lines <= linesPerMinute) this.#log(`dropped (${reason}): ${detail}`);
  }

  /** Sorted by reason. */
  all(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
