// A laboratory for process tests: a DSYS_HOME of its own, ports of its own, and the real command
// line. Whatever the test does, close() leaves no process and no directory behind.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const entry = new URL('../../bin/dsys.js', import.meta.url).pathname;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export class Lab {
  readonly home: string;
  readonly #basePort: number;
  readonly #entry: string;

  private constructor(options: { home: string; basePort: number; entry: string }) {
    this.home = options.home;
    this.#basePort = options.basePort;
    this.#entry = options.entry;
  }

  static async open(): Promise<Lab> {
    const home = mkdtempSync(join(tmpdir(), 'dsys-lab-'));
    return new Lab({ home, basePort: await freeBlock(), entry });
  }

  /** The same laboratory, worked in with another build's command line. */
  of(otherEntry: string): Lab {
    return new Lab({ home: this.home, basePort: this.#basePort, entry: otherEntry });
  }

  get basePort(): number {
    return this.#basePort;
  }

  /** Runs `dsys …` to its end. */
  async run(args: readonly string[], input = ''): Promise<Ran> {
    const startedAt = performance.now();
    const run = await execa(process.execPath, [this.#entry, ...args], {
      reject: false,
      input,
      stripFinalNewline: false,
      env: this.#env(),
      timeout: 60_000,
    });
    const ms = performance.now() - startedAt;
    return { code: run.exitCode ?? -1, stdout: run.stdout, stderr: run.stderr, ms };
  }

  /** Runs a line of bash in which `dsys` is this one. */
  async shell(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const script = `dsys() { "${process.execPath}" "${this.#entry}" "$@"; }\n${line}`;
    const options = { reject: false, stripFinalNewline: false, timeout: 60_000 } as const;
    const run = await execa('bash', ['-c', script], { ...options, env: this.#env() });
    return { code: run.exitCode ?? -1, stdout: run.stdout, stderr: run.stderr };
  }

  /** Runs `dsys … --json`; the one JSON value that it prints. */
  async json(args: readonly string[]): Promise<{ code: number; json: Json }> {
    const run = await this.run([...args, '--json']);
    return { code: run.code, json: new Json(JSON.parse(run.stdout)) };
  }

  /** The same with another DSYS_HOME. */
  async jsonIn(home: string, args: readonly string[]): Promise<{ code: number; json: Json }> {
    const env = { ...this.#env(), DSYS_HOME: home };
    const options = { reject: false, env, timeout: 20_000, forceKillAfterDelay: 500 } as const;
    const run = await execa(process.execPath, [this.#entry, ...args, '--json'], options);
    return { code: run.exitCode ?? -1, json: new Json(JSON.parse(run.stdout)) };
  }

  /** Starts `dsys …` and lets it run. */
  start(args: readonly string[]) {
    return execa(process.execPath, [this.#entry, ...args], { reject: false, env: this.#env() });
  }

  /** `dsys up` with this lab's ports. */
  up(...args: string[]): Promise<Ran> {
    return this.run(['up', '--base-port', String(this.#basePort), ...args]);
  }

  /** Pids of node processes whose directory is in this lab. */
  pids(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => commandOf(pid).includes(this.home) && conditionOf(pid) !== 'Z');
  }

  async close(): Promise<void> {
    for (const pid of this.pids()) process.kill(pid, 'SIGKILL');
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  #env(): Record<string, string> {
    return { DSYS_HOME: this.home, DSYS_CLUSTER: '', NO_COLOR: '1' };
  }
}

/** What a test reads from JSON: a field of a field, or nothing. */
export class Json {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  /** The value at this path; undefined when there is none. */
  at(...path: readonly (string | number)[]): unknown {
    let value = this.value;
    for (const name of path) value = (value as Record<string | number, unknown> | null)?.[name];
    return value;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0/g, ' ');
  } catch {
    return '';
  }
}

function conditionOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return 'Z';
  }
}

/** A block of 30 ports that is free now, below the range from which the system draws. */
async function freeBlock(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const first = 12_000 + 30 * Math.floor(Math.random() * 600);
    const free = await Promise.all(
      Array.from({ length: 9 }, (_, offset) => isFree(first + offset)),
    );
    if (free.every(Boolean)) return first;
  }
  throw new Error('no free block of ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
