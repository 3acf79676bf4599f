// `dsys sim` and `dsys replay` as a user runs them: seeds over processes, traces, files.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pause, waitUntil } from '../../src/cluster/wait-until.ts';
import { formatReplayFile, type ReplayFile } from '../../src/simulation/replay/file.ts';
import { hopeless } from '../simulation/hopeless.ts';
import { Lab } from './lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
});

afterAll(() => lab.close());

const short = ['--ticks', '200'];
const keep = (name: string, file: ReplayFile): string => {
  const path = join(lab.home, name);
  writeFileSync(path, formatReplayFile(file));
  return path;
};
const neverEnds: ReplayFile = {
  schema: 1,
  story: 'two of three disks are wiped',
  failure: { kind: 'liveness', invariant: 'progress', message: '' },
  plan: hopeless,
};

describe('dsys sim', () => {
  it('shows what was drawn, then what was covered, then the verdict', async () => {
    const { code, stdout, stderr } = await lab.run(['sim', '--seed', '1', ...short]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^SEED 1 {2}\d nodes/);
    const order = ['FAULTS', 'BOUNDS', 'RARE', 'GREEN  seed 1', '× real time', 'trace '];
    const places = order.map((words) => stdout.indexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(stdout).toMatch(/leader change \d/);
  });

  it('is one JSON value for scripts', async () => {
    const { code, json } = await lab.json(['sim', '--seed', '1', '--seeds', '2', ...short]);
    expect(code).toBe(0);
    expect(json.value).toMatchObject({
      schema: 1,
      seeds: 2,
      firstSeed: '1',
      failures: [],
      ticks: expect.any(Number),
      traceHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(json.at('ticks')).toBeGreaterThanOrEqual(400);
    expect(json.at('coverage', 'rare leader change')).toBeGreaterThan(0);
    expect(json.at('uncovered')).toContain('rare snapshot in several chunks');
  });

  it('writes the same trace twice, byte for byte', async () => {
    const traceOf = async (name: string): Promise<[unknown, Buffer]> => {
      const path = join(lab.home, name);
      const { json } = await lab.json(['sim', '--seed', 'twice', '--trace', path, ...short]);
      return [json.at('traceHash'), readFileSync(path)];
    };
    const [[hash, trace], [hashAgain, again]] = [await traceOf('a'), await traceOf('b')];
    expect(hashAgain).toBe(hash);
    expect(trace.length).toBeGreaterThan(10_000);
    expect(again.equals(trace)).toBe(true);
  });

  it('comes to the same with one process and with several', async () => {
    const run = async (workers: string) => {
      const argv = ['sim', '--seed', '40', '--seeds', '4', '--workers', workers, ...short];
      const { json } = await lab.json(argv);
      return [json.at('traceHash'), json.at('ticks'), json.at('coverage')];
    };
    expect(await run('3')).toEqual(await run('1'));
  });

  it('draws a first seed that nobody named, and says which', async () => {
    const { stdout, stderr } = await lab.run(['sim', '--seeds', '2', '--ticks', '50']);
    const [, seed] = /^first seed (\d+)$/m.exec(stderr) ?? [];
    expect(seed).toBeDefined();
    expect(stdout).toContain(`2 seeds from ${seed}`);
  });

  it('takes a fresh seed each time', async () => {
    const seedOf = async () => (await lab.json(['sim', '--ticks', '20'])).json.at('firstSeed');
    expect(await seedOf()).not.toBe(await seedOf());
  });

  it('simulates as many nodes as it is told to', async () => {
    for (const nodes of ['2', '4', '7']) {
      const { code, stdout } = await lab.run(['sim', '--seed', '1', '--nodes', nodes, ...short]);
      expect([code, stdout.includes(`SEED 1  ${nodes} nodes`)]).toEqual([0, true]);
    }
  });
});

describe('the processes of dsys sim', () => {
  const many = ['sim', '--seed', '1', '--seeds', '500', '--workers', '2', '--out'];

  const startMany = async () => {
    const running = lab.start([...many, lab.home]);
    const pid = running.pid ?? 0;
    const ask = () => (childrenOf(pid).length === 2 ? childrenOf(pid) : null);
    const lanes = await waitUntil({ ask, everyMs: 20, timeoutMs: 20_000 });
    expect(lanes).toHaveLength(2);
    // They have begun to work.
    await pause(500);
    return { running, lanes: lanes ?? [] };
  };
  const allGone = (pids: readonly number[]) =>
    waitUntil({
      ask: () => (pids.some(isAlive) ? null : true),
      everyMs: 20,
      timeoutMs: 20_000,
    });

  it('end on Ctrl-C', async () => {
    const { running, lanes } = await startMany();
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    expect(await allGone(lanes)).toBe(true);
  });

  it('end when the one that started them is killed', async () => {
    const { running, lanes } = await startMany();
    running.kill('SIGKILL');
    await running;
    expect(await allGone(lanes)).toBe(true);
  });

  it('are missed when they die: the seed is named, and the others end', async () => {
    const { running, lanes } = await startMany();
    process.kill(lanes[0] ?? 0, 'SIGKILL');
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(70);
    expect(stderr).toMatch(/a process ended \(SIGKILL\) while it worked on \d+/);
    expect(await allGone(lanes)).toBe(true);
  });
});

describe('dsys replay', () => {
  it('says that a plan still fails, how, and what happened', async () => {
    const { code, stdout } = await lab.run(['replay', keep('never-ends.json', neverEnds)]);
    expect(code).toBe(1);
    expect(stdout).toContain('ABOUT two of three disks are wiped');
    expect(stdout).toContain('liveness, progress');
    expect(stdout).toContain('node2 refuses to start: storage-wiped');
    expect(stdout).toMatch(/RED {2}\S+ still fails as it did/);
  });

  it('tells a script the same', async () => {
    const { code, json } = await lab.json(['replay', keep('never-ends.json', neverEnds)]);
    expect(code).toBe(1);
    expect(json.value).toMatchObject({
      schema: 1,
      seed: 'hopeless',
      verdict: 'fails-as-before',
      failure: { kind: 'liveness', invariant: 'progress', story: expect.any(Array) },
      before: { kind: 'liveness', invariant: 'progress' },
      traceHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it('knows another failure from the one of the file', async () => {
    const failure = { kind: 'crash', invariant: 'assertion', message: 'Error: x' } as const;
    const path = keep('other.json', { ...neverEnds, failure });
    const { code, json } = await lab.json(['replay', path]);
    expect([code, json.at('verdict')]).toEqual([1, 'fails-otherwise']);
  });

  it('is green when the plan passes now, and writes its trace', async () => {
    const plan = { ...hopeless, faults: [] };
    const [path, trace] = [keep('passes.json', { ...neverEnds, plan }), join(lab.home, 'trace')];
    const { code, stdout } = await lab.run(['replay', path, '--trace', trace]);
    expect(code).toBe(0);
    expect(stdout).toContain('passes; it failed with liveness, progress');
    expect(readFileSync(trace, 'utf8')).toMatch(/^0 node1 starts 1/);
  });
});

function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

function parentOf(pid: number): number | null {
  const fields = statOf(pid);
  return fields === null ? null : Number(fields[1]);
}

function isAlive(pid: number): boolean {
  const [state = 'Z'] = statOf(pid) ?? [];
  return state !== 'Z';
}

/** State, parent, … after the name; null: there is no such process. */
function statOf(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
