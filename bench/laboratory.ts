// A dsys cluster for one program: its own DSYS_HOME in a temporary directory, its own ports, driven
// through the command line as a user would. Guarantee: after `close` no process and no file of it
// is left.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from '../src/client/api.ts';
import { connect } from '../src/client/connect.ts';
import { packageRoot } from '../src/cluster/package-root.ts';
import { freeBlock } from './ports.ts';

const name = 'lab';

export interface LabNode {
  readonly name: string;
  readonly state: string;
  readonly pid: number | null;
  readonly leads: number | null;
}

interface LabStatus {
  readonly nodes: readonly LabNode[];
  readonly consensus: {
    readonly control: { readonly leader: string | null };
    readonly partitions: readonly { readonly id: number; readonly leader: string | null }[];
  };
}

export class Laboratory {
  readonly home: string;
  readonly #basePort: number;
  readonly #nodes: number;

  private constructor(options: { home: string; basePort: number; nodes: number }) {
    this.home = options.home;
    this.#basePort = options.basePort;
    this.#nodes = options.nodes;
  }

  /** Directories and ports only; nothing runs yet. */
  static async prepare(nodes = 3): Promise<Laboratory> {
    const home = await mkdtemp(join(tmpdir(), 'dsys-bench-'));
    return new Laboratory({ home, basePort: await freeBlock(Math.max(30, 3 * nodes)), nodes });
  }

  /** Starts or resumes the cluster; resolves when it is ready. */
  async up(): Promise<void> {
    await this.dsys('up', '--nodes', `${this.#nodes}`, '--base-port', `${this.#basePort}`);
  }

  connect(): Promise<Db> {
    return connect({ cluster: name, home: this.home });
  }

  status(): Promise<LabStatus> {
    return this.dsys('status') as Promise<LabStatus>;
  }

  /** Pids of the nodes that run, by name. */
  async pids(): Promise<Map<string, number>> {
    const { nodes } = await this.status();
    return new Map(nodes.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid] as const])));
  }

  /** Starts a node that is gone; resolves with its pid when it answers. */
  async start(node: string): Promise<number> {
    const { nodes } = (await this.dsys('start', node)) as { nodes: { pid: number }[] };
    return nodes[0]?.pid ?? 0;
  }

  /**
   * Runs one verb with --json and gives back what it printed. Rejects when its exit code is not 0.
   */
  async dsys(verb: string, ...rest: readonly string[]): Promise<unknown> {
    const argv = [join(packageRoot(), 'bin', 'dsys.js'), verb, ...rest, '--name', name, '--json'];
    const env = { ...process.env, DSYS_HOME: this.home };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, argv, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout));
        else reject(new Error(`dsys ${verb} ${rest.join(' ')} failed:\n${stdout}${stderr}`));
      });
    });
  }

  /** May be called again. */
  async close(): Promise<void> {
    if (!existsSync(this.home)) return;
    await this.dsys('down');
    await rm(this.home, { recursive: true, force: true });
  }
}

/** kill -9, without the detour of a command: for measuring from the moment of death. */
export function killNow(pids: ReadonlyMap<string, number>, node: string): void {
  const pid = pids.get(node);
  if (pid === undefined) throw new Error(`${node} does not run`);
  process.kill(pid, 'SIGKILL');
}
