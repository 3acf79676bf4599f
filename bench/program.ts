// The frame around every program of bench/: flags, one result as text or JSON, an exit code that
// says whether the promise held, and an end that always cleans up, also after Ctrl-C.

import { parseArgs } from 'node:util';

export interface Flags {
  readonly seconds: number;
  readonly seed: string;
  readonly rounds: number;
  /** Of the cluster. */
  readonly nodes: number;
}

export interface Outcome {
  /** Shown as it is with --json. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** What is wrong, however slow or busy the machine is: exit code 1. */
  readonly broken: readonly string[];
  /**
   * Promises about time and size that were missed; a busy machine can be the reason: exit code 2.
   */
  readonly missed: readonly string[];
}

/** Registers what must be undone; undone in reverse order, whatever happens. */
export type Cleanup = (undo: () => Promise<void>) => void;

export interface Program {
  readonly defaults: Flags;
  run(flags: Flags, tools: { cleanup: Cleanup; say: (line: string) => void }): Promise<Outcome>;
}

export async function runProgram(program: Program): Promise<void> {
  const { flags, json } = readFlags(program.defaults);
  const undo: (() => Promise<void>)[] = [];
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  let over = false;
  const cleanUp = async (): Promise<void> => {
    over = true;
    for (let step = undo.pop(); step !== undefined; step = undo.pop())
      await step().catch((error: unknown) => say(`not cleaned up: ${String(error)}`));
  };
  // What a run asks for after it was interrupted is undone at once, and ends it.
  const cleanup: Cleanup = (step) => {
    undo.push(step);
    if (!over) return;
    cleanUp().catch(say);
    throw new Error('interrupted');
  };
  const interrupted = interruption();
  try {
    const run = program.run(flags, { cleanup, say });
    const outcome = await Promise.race([run, interrupted]);
    print(outcome, json);
    process.exitCode = outcome.broken.length > 0 ? 1 : outcome.missed.length > 0 ? 2 : 0;
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}

/** With --json the text goes to stderr, so that one run serves a person and a script. */
function print({ json, text, broken, missed }: Outcome, asJson: boolean): void {
  const verdicts = [
    ...broken.map((what) => `BROKEN: ${what}`),
    ...missed.map((what) => `MISSED: ${what}`),
  ];
  (asJson ? process.stderr : process.stdout).write(`${[text, ...verdicts].join('\n')}\n`);
  if (!asJson) return;
  process.stdout.write(`${JSON.stringify({ schema: 1, ...json, broken, missed })}\n`);
}

function readFlags(defaults: Flags): { flags: Flags; json: boolean } {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: String(defaults.seconds) },
      rounds: { type: 'string', default: String(defaults.rounds) },
      seed: { type: 'string', default: defaults.seed },
      nodes: { type: 'string', default: String(defaults.nodes) },
      json: { type: 'boolean', default: false },
    },
  });
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
  const nodes = Number(values.nodes);
  if (!(seconds > 0) || !(rounds > 0) || !(nodes > 0))
    throw new Error('--seconds, --rounds and --nodes take a number above 0');
  return { flags: { seconds, rounds, seed: values.seed, nodes }, json: values.json };
}

/**
 * Rejects at the first Ctrl-C or SIGTERM, so that the clean-up runs; the second one ends the
 * process.
 */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Error('interrupted'));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  });
}
