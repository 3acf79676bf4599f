// Three local etcd processes with their default settings, as the other side of the comparison. Guarantee:
// after `stop` no process and no file of them is left.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EtcdClient } from './etcd-client.ts';
import { freeBlock } from './ports.ts';
import { firstPut, type Session, type Store, smallValue } from './store.ts';

/** `3.4.23`, or null when etcd is not installed. */
export function etcdVersion(): string | null {
  const { stdout, status } = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (/etcd Version: (\S+)/.exec(stdout)?.[1] ?? 'unknown') : null;
}

interface Member {
  readonly name: string;
  readonly client: string;
  readonly peer: string;
  process: ChildProcess | null;
}

export class EtcdStore implements Store {
  readonly name: string;
  readonly #directory: string;
  readonly #members: readonly Member[];

  constructor(options: { version: string; directory: string; basePort: number }) {
    this.name = `etcd ${options.version}`;
    this.#directory = options.directory;
    this.#members = [0, 1, 2].map((number) => ({
      name: `etcd${number + 1}`,
      client: `http://127.0.0.1:${options.basePort + 2 * number}`,
      peer: `http://127.0.0.1:${options.basePort + 2 * number + 1}`,
      process: null,
    }));
  }

  static async prepare(version: string): Promise<EtcdStore> {
    const directory = await mkdtemp(join(tmpdir(), 'dsys-bench-etcd-'));
    return new EtcdStore({ version, directory, basePort: await freeBlock(6) });
  }

  async start(): Promise<void> {
    for (const member of this.#members) this.#spawn(member);
    await this.#firstPutAt(this.#members);
  }

  async connect(): Promise<Session> {
    return new EtcdClient((await this.#leader()).client);
  }

  async failOver(key: string): Promise<number> {
    const leader = await this.#leader();
    leader.process?.kill('SIGKILL');
    const killedAt = performance.now();
    await this.#firstPutAt(
      this.#members.filter((member) => member !== leader),
      key,
    );
    const tookMs = performance.now() - killedAt;
    if (leader.process !== null) await ended(leader.process);
    this.#spawn(leader);
    await this.#answers(leader);
    return tookMs;
  }

  async stop(): Promise<void> {
    for (const { process } of this.#members) {
      if (process === null) continue;
      process.kill('SIGKILL');
      await ended(process);
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  #spawn(member: Member): void {
    const cluster = this.#members.map(({ name, peer }) => `${name}=${peer}`).join(',');
    const flags = {
      name: member.name,
      'data-dir': join(this.#directory, member.name),
      'listen-client-urls': member.client,
      'advertise-client-urls': member.client,
      'listen-peer-urls': member.peer,
      'initial-advertise-peer-urls': member.peer,
      'initial-cluster': cluster,
      'initial-cluster-token': this.#directory,
      'log-level': 'fatal',
      logger: 'zap',
    };
    const argv = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    member.process = spawn('etcd', argv, { stdio: 'ignore' });
  }

  /** The first commit through any of the members: each is asked in turn, with fresh connections. */
  async #firstPutAt(members: readonly Member[], key = 'first'): Promise<void> {
    let turn = 0;
    await firstPut(() => {
      const member = members[turn++ % members.length];
      return putOnce(member?.client ?? '', key);
    });
  }

  async #leader(): Promise<Member> {
    for (const member of this.#members) {
      const client = new EtcdClient(member.client);
      const leads = await client.isLeader().catch(() => false);
      await client.close();
      if (leads) return member;
    }
    throw new Error('no etcd process leads');
  }

  async #answers(member: Member): Promise<void> {
    await this.#firstPutAt([member], 'again');
  }
}

/** A refused connection is final for its client, so every put to a starting cluster gets its own. */
async function putOnce(address: string, key: string): Promise<void> {
  const client = new EtcdClient(address);
  try {
    await client.put(key, smallValue);
  } finally {
    await client.close();
  }
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
}
