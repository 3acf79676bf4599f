// `dsys up` that can not succeed: a clear reason, and nothing left behind.

import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Lab } from './lab.ts';

let lab: Lab;

beforeEach(async () => {
  lab = await Lab.open();
});

afterEach(() => lab.close());

describe('a failed up', () => {
  it('names the process that has the port, and makes nothing', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(lab.basePort + 4, '127.0.0.1', resolve));
    const { code, json } = await lab.json(['up', '--base-port', String(lab.basePort)]);
    await new Promise((resolve) => server.close(resolve));
    expect(code).toBe(5);
    expect(json.at('error', 'code')).toBe('port-busy');
    expect(json.at('error', 'message')).toContain(`pid ${process.pid}`);
    expect(json.at('error', 'details', 'pid')).toBe(process.pid);
    expect(existsSync(join(lab.home, 'lab'))).toBe(false);
  });

  it('leaves no process and no directory of a new cluster', async () => {
    const up = await lab.up('--timeout', '1ms');
    expect(up.code).toBe(3);
    expect(up.stderr).toContain('not ready after');
    expect(lab.pids()).toEqual([]);
    expect(existsSync(join(lab.home, 'lab'))).toBe(false);
  });

  it('of a cluster that exists shows the end of the log, and leaves no process that it started', async () => {
    expect((await lab.up()).code).toBe(0);
    await lab.run(['down']);
    writeFileSync(join(lab.home, 'lab', 'node2', 'identity.json'), '{"schema":1,"node":');
    const up = await lab.run(['up']);
    expect(up.code).toBe(1);
    expect(up.stderr).toContain('node2 did not start');
    expect(up.stderr).toContain('node.log');
    expect(up.stderr).not.toContain('    at ');
    expect(lab.pids()).toEqual([]);
    expect(existsSync(join(lab.home, 'lab', 'cluster.json'))).toBe(true);
  });

  it('that is interrupted cleans up and exits with 130', async () => {
    const running = lab.start(['up', '--base-port', String(lab.basePort), '--wait', 'ready']);
    await new Promise<void>((resolve) => {
      running.stderr.on('data', (chunk) => {
        if (String(chunk).includes('spawned')) resolve();
      });
    });
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    expect(lab.pids()).toEqual([]);
    expect(existsSync(join(lab.home, 'lab'))).toBe(false);
  });
});

describe('several up at once', () => {
  it('make one cluster, start each node once, and the others say what happened', async () => {
    const runs = await Promise.all([lab.up(), lab.up(), lab.up()]);
    expect(runs.map(({ code }) => code)).toContain(0);
    for (const { code } of runs) expect([0, 5]).toContain(code);
    expect(lab.pids()).toHaveLength(3);
    expect((await lab.run(['down'])).code).toBe(0);
    expect(lab.pids()).toEqual([]);
  });
});

describe('up in another DSYS_HOME', () => {
  it('passes over the ports of a cluster that it does not know', async () => {
    const other = await Lab.open();
    try {
      const first = await lab.json(['up', '--nodes', '1']);
      const second = await other.json(['up', '--dry-run']);
      expect([first.code, second.code]).toEqual([0, 0]);
      const [taken, chosen] = [first, second].map(({ json }) => Number(json.at('basePort')));
      expect(Math.abs((chosen ?? 0) - (taken ?? 0))).toBeGreaterThanOrEqual(30);
    } finally {
      await other.close();
    }
  });
});

describe('up --foreground', () => {
  it('stays until Ctrl-C, which stops the cluster and keeps its data', async () => {
    const running = lab.start(['up', '--base-port', String(lab.basePort), '--foreground']);
    await new Promise<void>((resolve) => {
      running.stdout.on('data', (chunk) => {
        if (String(chunk).includes('is ready')) resolve();
      });
    });
    expect(lab.pids().length).toBeGreaterThanOrEqual(3);
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    expect(lab.pids()).toEqual([]);
    expect(existsSync(join(lab.home, 'lab', 'cluster.json'))).toBe(true);
  });
});

describe('dsys demo', () => {
  it('tells the whole story and leaves nothing behind', async () => {
    const { code, json } = await lab.json(['demo']);
    expect(code).toBe(0);
    const steps = json.at('steps') as { step: string; text: string }[];
    expect(steps.map(({ step }) => step)).toEqual([
      ...['up', 'put', 'put', 'put', 'get', 'get', 'get', 'role', 'role', 'role'],
      ...['kill', 'get', 'get', 'get', 'elected', 'down'],
    ]);
    expect(steps.filter(({ text }) => text.includes('Charlie'))).toHaveLength(3);
    expect(lab.pids()).toEqual([]);
    expect((await lab.run(['ls', '-q'])).stdout).toBe('');
  });
});
