// Progress on stderr: one line a phase. A spinner (ora) on a terminal, plain lines otherwise,
// nothing when a script reads. Doorway of `ora`, which is loaded only when there is a terminal.

import { paletteFor } from './palette.ts';

export interface Phases {
  /** What is being done now. */
  begin(text: string): void;
  /** What was done; ends the current phase. */
  done(text: string): void;
  /** Takes the spinner away, for a failure that is told elsewhere. */
  stop(): void;
}

/** The right kind of progress for who looks. */
export async function phases(options: { readonly silent: boolean }): Promise<Phases> {
  if (options.silent) return silent;
  return process.stderr.isTTY && !process.env.NO_COLOR ? spinner() : plainLines();
}

const silent: Phases = { begin: () => {}, done: () => {}, stop: () => {} };

async function spinner(): Promise<Phases> {
  const { default: ora } = await import('ora');
  const line = ora({ stream: process.stderr, discardStdin: false });
  return {
    begin: (text) => void line.start(text),
    done: (text) => void line.succeed(text),
    stop: () => void line.stop(),
  };
}

function plainLines(): Phases {
  const { green } = paletteFor(process.stderr);
  return {
    begin: () => {},
    done: (text) => void process.stderr.write(`${green('✔')} ${text}\n`),
    stop: () => {},
  };
}
