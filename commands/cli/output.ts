// What a command prints, once for people and once for scripts: data on stdout, progress and
// warnings on stderr. With --json exactly one value (or one a line for a stream), with -q names
// only.

import type { DsysError } from '../../src/errors.ts';
import { failureJson, failureText } from '../../src/terminal/failure.ts';
import type { Phases } from '../../src/terminal/phases.ts';

/** The result of a verb in all its forms. */
export interface Shown {
  /** Without `schema`; it is added here. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Lines for stdout. Bytes are written as they are. */
  readonly text: () => Promise<readonly string[] | Uint8Array> | readonly string[] | Uint8Array;
  /** What -q prints instead. */
  readonly names: readonly string[] | Uint8Array;
  /** 0 unless told otherwise. */
  readonly exitCode?: number;
  /** The verb failed, but has more to say than the error: both are told. */
  readonly failure?: DsysError;
}

export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Progress lines on stderr; silent with --json and -q. */
  phases(): Promise<Phases>;
  /** A line for people on stderr; silent with --json and -q. */
  note(line: string): void;
  /** A line of data on stdout, as it comes. */
  line(text: string): void;
  /** One item of a stream: a JSON line or a text line. */
  item(json: Readonly<Record<string, unknown>>, text: string): void;
  /** Prints the result. A stream that has told everything returns `nothing`. */
  finish(shown: Shown): Promise<void>;
}

/** Returned by a verb that has already printed everything. */
export const nothing: Shown = { json: {}, text: () => [], names: [] };

export function standardOutput(flags: { readonly json: boolean; readonly quiet: boolean }): Output {
  return new StandardOutput(flags);
}

class StandardOutput implements Output {
  readonly json: boolean;
  readonly quiet: boolean;

  constructor(flags: { readonly json: boolean; readonly quiet: boolean }) {
    this.json = flags.json;
    this.quiet = flags.quiet;
  }

  async phases(): Promise<Phases> {
    const { phases } = await import('../../src/terminal/phases.ts');
    return phases({ silent: this.json || this.quiet });
  }

  note(line: string): void {
    if (!this.json && !this.quiet) process.stderr.write(`${line}\n`);
  }

  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  item(json: Readonly<Record<string, unknown>>, text: string): void {
    process.stdout.write(this.json ? `${JSON.stringify({ schema: 1, ...json })}\n` : `${text}\n`);
  }

  async finish(shown: Shown): Promise<void> {
    if (shown === nothing) return;
    if (shown.exitCode !== undefined) process.exitCode = shown.exitCode;
    if (shown.failure !== undefined) return this.#finishFailed(shown.json, shown.failure);
    if (this.json) return writeLines([JSON.stringify({ schema: 1, ...shown.json })]);
    writeData(this.quiet ? shown.names : await shown.text());
  }

  #finishFailed(json: Readonly<Record<string, unknown>>, failure: DsysError): void {
    process.exitCode = failure.exitCode;
    if (!this.json) return void process.stderr.write(failureText(failure));
    writeLines([JSON.stringify({ schema: 1, ...json, error: failureJson(failure).error })]);
  }
}

function writeData(data: readonly string[] | Uint8Array): void {
  if (data instanceof Uint8Array) process.stdout.write(data);
  else writeLines(data);
}

function writeLines(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}
