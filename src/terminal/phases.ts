// Progress on stderr: one line a phase. A spinner (ora) with a bar on a terminal, plain lines
// otherwise, nothing when a script reads. Doorway of `ora`, which is loaded only when there is a
// terminal.

import { bar } from './bar.ts';
import { paletteFor } from './palette.ts';

export interface Phases {
  /** What is being done now. */
  begin(text: string): void;
  /** How far that is. */
  count(text: string, done: number, total: number): void;
  /** What was done; ends the current phase. */
  done(text: string): void;
  /** Takes the spinner away, for a failure that is told elsewhere. */
  stop(): void;
}

const barWidth = 20;
/** Where there is no terminal, a line is written at each quarter. */
const parts = 4;

/** The right kind of progress for who looks. */
export async function phases(options: { readonly silent: boolean }): Promise<Phases> {
  if (options.silent) return silent;
  return process.stderr.isTTY && !process.env.NO_COLOR ? spinner() : plainLines();
}

const silent: Phases = { begin: () => {}, count: () => {}, done: () => {}, stop: () => {} };

async function spinner(): Promise<Phases> {
  const { default: ora } = await import('ora');
  const line = ora({ stream: process.stderr, discardStdin: false });
  return {
    begin: (text) => void line.start(text),
    count: (text, done, total) =>
      void line.start(`${bar(done, total, barWidth)} ${done}/${total} ${text}`),
    done: (text) => void line.succeed(text),
    stop: () => void line.stop(),
  };
}

function plainLines(): Phases {
  const { green } = paletteFor(process.stderr);
  let shown = '';
  return {
    begin: () => {},
    count: (text, done, total) => {
      const part = total === 0 ? 0 : Math.floor((done * parts) / total);
      const now = `${text} ${part}`;
      if (part > 0 && part < parts && now !== shown)
        process.stderr.write(`  ${bar(done, total, barWidth)} ${done}/${total} ${text}\n`);
      shown = now;
    },
    done: (text) => void process.stderr.write(`${green('✔')} ${text}\n`),
    stop: () => {},
  };
}
