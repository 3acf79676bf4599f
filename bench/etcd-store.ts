// Three local etcd processes with their default settings, as the other side of the comparison.
// Guarantee: after `stop` no process and no file of them is left.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChannelKind } from './channel.ts';
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
  /** Host and port for clients, and for the other members. */
  readonly client: string;
  readonly peer: string;
  process: ChildProcess | null;
}

export interface EtcdOptions {
  readonly version: string;
  /** How it is waited for; a session may speak otherwise. */
  readonly channels: ChannelKind;
}

export class EtcdStore implements Store {
  readonly name: string;
  readonly #channels: ChannelKind;
  readonly #directory: string;
  readonly #members: readonly Member[];

  constructor(options: EtcdOptions & { directory: string; basePort: number }) {
    this.name = `etcd ${options.version}${options.channels.suffix}`;
    this.#channels = options.channels;
    this.#directory = options.directory;
    this.#members = [0, 1, 2].map((number) => ({
      name: `etcd${number + 1}`,
      client: `127.0.0.1:${options.basePort + 2 * number}`,
      peer: `127.0.0.1:${options.basePort + 2 * number + 1}`,
      process: null,
    }));
  }

  static async prepare(options: EtcdOptions): Promise<EtcdStore> {
    const directory = await mkdtemp(join(tmpdir(), 'dsys-bench-etcd-'));
    return new EtcdStore({ ...options, directory, basePort: await freeBlock(6) });
  }

  async start(): Promise<void> {
    for (const member of this.#members) this.#spawn(member);
    await this.#firstPutAt(this.#members);
  }

  async connect(channels = this.#channels): Promise<Session> {
    return new EtcdClient(channels.open((await this.#leader()).client));
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

  /** May be called again. */
  async stop(): Promise<void> {
    for (const { process } of this.#members) {
      if (process === null) continue;
      process.kill('SIGKILL');
      await ended(process);
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  #spawn(member: Member): void {
    const cluster = this.#members.map(({ name, peer }) => `${name}=http://${peer}`).join(',');
    const flags = {
      name: member.name,
      'data-dir': join(this.#directory, member.name),
      'listen-client-urls': `http://${member.client}`,
      'advertise-client-urls': `http://${member.client}`,
      'listen-peer-urls': `http://${member.peer}`,
      'initial-advertise-peer-urls': `http://${member.peer}`,
      'initial-cluster': cluster,
      'initial-cluster-token': this.#directory,
      'log-level': 'fatal',
      logger: 'zap',
    };
    const argv = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    member.process = spawn('etcd', argv, { stdio: 'ignore' });
  }

  #client(member: Member): EtcdClient {
    return new EtcdClient(this.#channels.open(member.client));
  }

  /** The first commit through any of the members, asked in turn. */
  async #firstPutAt(members: readonly Member[], key = 'first'): Promise<void> {
    const clients = members.map((member) => this.#client(member));
    let turn = 0;
    await firstPut(async () => clients[turn++ % clients.length]?.put(key, smallValue));
    for (const client of clients) await client.close();
  }

  async #leader(): Promise<Member> {
    for (const member of this.#members) {
      const client = this.#client(member);
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

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
}
