// Starts programs. Doorway of `execa`, which is loaded only when a program is run or talked to. A
// node is spawned without it: `up` does nothing but that, and loading the library took it longer.

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface ProgramResult {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a program to its end, or until the time is over; never rejects. */
export async function runProgram(options: {
  readonly file: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly cwd?: string;
}): Promise<ProgramResult> {
  const { execa } = await import('execa');
  const { file, args, timeoutMs, cwd } = options;
  const place = cwd === undefined ? {} : { cwd };
  const run = await execa(file, args, { reject: false, timeout: timeoutMs, all: true, ...place });
  return { ok: !run.failed, output: String(run.all ?? '') };
}

/**
 * Starts a process that outlives this one, its output appended to `log`; its pid, or null when
 * that failed.
 */
export function spawnDetached(options: {
  readonly args: readonly string[];
  readonly log: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}): number | null {
  const { args, cwd, env } = options;
  const log = openSync(options.log, 'a', 0o600);
  try {
    const stdio = ['ignore', log, log] as const;
    const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: [...stdio] });
    // Told by the missing pid.
    child.on('error', () => undefined);
    child.unref();
    return child.pid ?? null;
  } catch {
    // Node tells some refusals of the system (no memory) by throwing.
    return null;
  } finally {
    closeSync(log);
  }
}

/** A program that is talked to line by line, and ends with this process. */
export interface Conversation {
  say(line: string): void;
  readonly lines: AsyncIterable<string>;
  /** Never rejects. */
  readonly ended: Promise<Ending>;
  /** At once; a program that has ended stays as it is. */
  kill(): void;
}

export interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The end of what it wrote on stderr. */
  readonly lastWords: string;
}

const lastWordsMax = 400;

/** Starts `node …args`. It is killed when this process ends, and sees the end of its input then. */
export async function converse(args: readonly string[]): Promise<Conversation> {
  const { execa } = await import('execa');
  const child = execa(process.execPath, args, {
    reject: false,
    // Nothing of it must be cleaned up, and a busy loop would hear no other signal.
    killSignal: 'SIGKILL',
    buffer: { stdout: false },
    maxBuffer: { stderr: 1_000_000 },
    stdin: 'pipe',
  });
  // A program that is gone does not read: its end tells more than the broken pipe.
  child.stdin.on('error', () => child.stdin.destroy());
  return {
    say: (line) => void child.stdin.write(`${line}\n`),
    lines: child.iterable(),
    ended: child.then(({ exitCode, signal, stderr }) => ({
      exitCode: exitCode ?? null,
      signal: signal ?? null,
      lastWords: stderr.slice(-lastWordsMax),
    })),
    kill: () => void child.kill(),
  };
}
