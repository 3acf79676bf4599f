// What a disk or a home directory that refuses does to commands: a clear error, never an orphan.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { Lab } from './lab.ts';
import { runVerb } from './run-verb.ts';

let lab: Lab;
let node: string;

beforeAll(async () => {
  lab = await Lab.open();
  expect((await lab.up('--nodes', '1', '--partitions', '1')).code).toBe(0);
  node = join(lab.home, 'lab', 'node1');
});

afterAll(() => lab.close());

describe('a node whose directory takes no more files', () => {
  it('can be killed all the same', async () => {
    mkdirSync(join(node, 'last-action.json'));
    expect((await lab.run(['kill', 'node1'])).code).toBe(0);
    expect(lab.pids()).toEqual([]);
    rmSync(join(node, 'last-action.json'), { recursive: true });
  });

  it('is not left running when its process cannot be recorded', async () => {
    rmSync(join(node, 'pid'));
    mkdirSync(join(node, 'pid', 'in-the-way'), { recursive: true });
    const { code, json } = await lab.json(['start', 'node1']);
    expect(code).toBe(1);
    expect(json.at('error', 'code')).toBe('home-unusable');
    expect(lab.pids()).toEqual([]);
    rmSync(join(node, 'pid'), { recursive: true });
  });
});

describe('a cluster whose events cannot be recorded', () => {
  it('is started and stopped all the same', async () => {
    const events = join(lab.home, 'lab', 'events.jsonl');
    rmSync(events);
    mkdirSync(events);
    expect((await lab.run(['start', 'node1'])).code).toBe(0);
    expect((await lab.run(['stop', 'node1'])).code).toBe(0);
    expect(lab.pids()).toEqual([]);
    rmSync(events, { recursive: true });
  });
});

describe('a client whose key the nodes do not know', () => {
  it('is told so by status, and not that the nodes are silent', async () => {
    expect((await lab.run(['start', 'node1'])).code).toBe(0);
    const { publicKey, secretKey } = curveKeyPair();
    const key = join(lab.home, 'lab', 'keys', 'client.json');
    writeFileSync(key, JSON.stringify({ publicKey, secretKey }));
    const { code, json } = await lab.json(['status']);
    expect(code).toBe(1);
    expect(json.at('error', 'code')).toBe('unauthorized');
  });
});

describe('a cluster whose cluster.json is damaged', () => {
  it('hides no other cluster, can be stopped, and then be removed', async () => {
    writeFileSync(join(lab.home, 'lab', 'cluster.json'), '{"schema":');
    const ls = await lab.json(['ls']);
    expect(ls.code).toBe(0);
    expect(ls.json.at('damaged', 0, 'name')).toBe('lab');
    expect((await lab.run(['rm', 'lab', '--yes'])).code).toBe(5);
    const down = await lab.json(['down', '--name', 'lab']);
    expect(down.code).toBe(0);
    expect(down.json.value).toMatchObject({ stopped: ['node1'], already: [] });
    expect(down.json.at('damage')).toContain('cluster.json');
    expect(lab.pids()).toEqual([]);
    expect((await lab.run(['down', '--name', 'lab'])).stderr).toContain('cluster.json');
    expect((await lab.run(['rm', 'lab', '--yes'])).code).toBe(0);
    expect(existsSync(join(lab.home, 'lab'))).toBe(false);
  });
});

describe('a DSYS_HOME below a directory that takes no directories', () => {
  it('is named by up, at once', async () => {
    const { code, json } = await lab.jsonIn('/proc/dsys', ['up', '--nodes', '1']);
    expect(code).toBe(1);
    expect(json.at('error', 'code')).toBe('home-unusable');
  });
});

describe('a DSYS_HOME that is no directory', () => {
  it('is named by up', async () => {
    const before = process.env.DSYS_HOME;
    process.env.DSYS_HOME = join(lab.home, 'current');
    const { exitCode, stdout } = await runVerb('up', ['--json']);
    process.env.DSYS_HOME = before;
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('home-unusable');
  });
});
