// One cluster from birth to removal, through the real command line.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Lab } from './lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
  vi.stubEnv('NODE_EXTRA_CA_CERTS', '/dev/null');
  const up = await lab.up('--nodes', '3');
  expect(up.stderr).toContain('3 nodes spawned');
  expect(up.stdout).toMatch(/^Cluster lab is ready in/);
  expect(up.code).toBe(0);
});

afterAll(() => {
  vi.unstubAllEnvs();
  return lab.close();
});

describe('a fresh cluster', () => {
  it('keeps its secrets from others', () => {
    const mode = (path: string): number => statSync(join(lab.home, 'lab', path)).mode & 0o777;
    expect(mode('keys')).toBe(0o700);
    expect(mode('keys/client.json')).toBe(0o600);
    expect(mode('keys/node1.json')).toBe(0o600);
  });

  it.runIf(existsSync('/proc/self/environ'))(
    'has the environment of the user, without certificates that no node reads',
    () => {
      const [pid] = lab.pids();
      const names = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      expect(names.filter((line) => line.startsWith('DSYS_HOME='))).toHaveLength(1);
      expect(names.filter((line) => line.startsWith('NODE_EXTRA_CA_CERTS='))).toEqual([]);
    },
  );

  it('tells its status in the shape of schema 1', async () => {
    const { code, json } = await lab.json(['status']);
    expect(code).toBe(0);
    expect(json.value).toMatchObject({
      schema: 1,
      cluster: { name: 'lab', nodes: 3, replicationFactor: 3, partitions: 64 },
      data: { underReplicated: 0, unavailable: 0, pendingOneWrites: 0, conflicts: 0 },
      faults: [],
    });
    expect(json.at('nodes')).toHaveLength(3);
    for (const index of [0, 1, 2]) {
      expect(json.at('nodes', index, 'state')).toBe('up');
      expect(json.at('nodes', index, 'pid')).toBeTypeOf('number');
      expect(json.at('nodes', index, 'incarnation')).toBe(1);
    }
    expect(json.at('consensus', 'control', 'leader')).toMatch(/^node[123]$/);
    expect(json.at('consensus', 'partitions')).toHaveLength(64);
    expect(json.at('consensus', 'partitions', 0, 'available')).toBe(true);
    expect(json.at('membership', 'beliefs', 'node1', 'node2')).toBe('up');
  });

  it('answers `up` again with its status, and another size with 5 and the command', async () => {
    const again = await lab.run(['up']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('CLUSTER lab  3 nodes');
    const larger = await lab.json(['up', '--nodes', '5']);
    expect(larger.code).toBe(5);
    expect(larger.json.at('error', 'code')).toBe('wrong-size');
    expect(larger.json.at('error', 'hint')).toContain('dsys up');
    expect(lab.pids()).toHaveLength(3);
  });

  it('is listed, used by default, and reaches every goal', async () => {
    const { json } = await lab.json(['ls']);
    expect(json.at('clusters', 0)).toMatchObject({ name: 'lab', running: 3, nodes: 3, used: true });
    expect((await lab.run(['ls', '-q'])).stdout).toBe('lab\n');
    for (const goal of ['leader', 'all-up', 'converged']) {
      expect((await lab.run(['wait', '--for', goal])).code).toBe(0);
    }
  });
});

describe('data', () => {
  it('is written with evidence and read through another node', async () => {
    const put = await lab.run(['put', 'user:1001', 'Alice', '--via', 'node1']);
    expect(put.stdout).toMatch(
      /^OK user:1001 version \d+ quorum acks [23]\/3 \(node\d.*\) \d+ ms via node1\n$/,
    );
    const got = await lab.run(['get', 'user:1001', '--via', '2']);
    expect(got.stdout).toBe('Alice');
    expect(got.stderr).toMatch(/^OK user:1001 version \d+ quorum \d+ ms via node2\n$/);
  });

  it('has the JSON of schema 1', async () => {
    const put = await lab.json(['put', 'k', 'v', '--consistency', 'all']);
    expect(put.json.value).toMatchObject({
      schema: 1,
      outcome: 'ok',
      key: 'k',
      consistency: 'all',
    });
    expect(put.json.at('acks')).toEqual(['node1', 'node2', 'node3']);
    expect(put.json.at('version', 'index')).toBeTypeOf('number');
    const got = await lab.json(['get', 'k', '--consistency', 'one']);
    expect(got.json.value).toMatchObject({
      schema: 1,
      found: true,
      value: 'v',
      consistency: 'one',
    });
  });

  it('comes from standard input, and bytes stay bytes', async () => {
    expect((await lab.run(['put', 'piped'], 'from a pipe')).code).toBe(0);
    expect((await lab.run(['get', 'piped'])).stdout).toBe('from a pipe');
    expect((await lab.run(['put', 'line'], 'a line\n')).code).toBe(0);
    expect((await lab.run(['get', 'line'])).stdout).toBe('a line\n');
    expect((await lab.run(['put', 'dash', '-'], 'a dash')).code).toBe(0);
    expect((await lab.run(['get', 'dash'])).stdout).toBe('a dash');
  });

  it('is compared, counted, listed and deleted', async () => {
    expect((await lab.run(['put', 'cas', 'a', '--if-version', '0'])).code).toBe(0);
    const failed = await lab.json(['put', 'cas', 'b', '--if-version', '0']);
    expect(failed.code).toBe(1);
    expect(failed.json.value).toMatchObject({
      outcome: 'failed',
      error: { code: 'condition-failed' },
    });
    expect((await lab.run(['incr', 'n', '5', '-q'])).stdout).toBe('5\n');
    expect((await lab.run(['incr', 'n', '-7', '-q'])).stdout).toBe('-2\n');
    expect((await lab.run(['incr', 'cas'])).code).toBe(1);
    expect((await lab.run(['scan', '--prefix', 'ca', '-q'])).stdout).toBe('cas\n');
    expect((await lab.run(['del', 'cas'])).code).toBe(0);
    const gone = await lab.json(['get', 'cas']);
    expect(gone.code).toBe(4);
    expect(gone.json.value).toMatchObject({ schema: 1, found: false, value: null });
  });

  it('has limits, and names them', async () => {
    for (const args of [
      ['put', '', 'v'],
      ['put', 'x'.repeat(4097), 'v'],
    ]) {
      const { code, json } = await lab.json(args);
      expect(code).toBe(64);
      expect(json.at('error', 'code')).toBe('invalid-argument');
    }
    const large = await lab.run(['put', 'large', '--json'], 'x'.repeat((1 << 20) + 1));
    expect(large.code).toBe(64);
    expect((await lab.run(['get', 'k', '--via', 'node9'])).code).toBe(4);
    expect((await lab.run(['get', 'k', '--name', 'lba'])).stderr).toContain('did you mean lab?');
  });
});

describe('the end', () => {
  it('stops cleanly, keeps the data, and goes on after `up`', async () => {
    await lab.run(['put', 'kept', 'yes']);
    const down = await lab.json(['down']);
    expect(down.json.at('stopped')).toEqual(['node1', 'node2', 'node3']);
    expect(lab.pids()).toEqual([]);
    const { json } = await lab.json(['status']);
    expect([0, 1, 2].map((index) => json.at('nodes', index, 'state'))).toEqual([
      'stopped',
      'stopped',
      'stopped',
    ]);
    expect((await lab.run(['get', 'kept'])).code).toBe(3);
    expect((await lab.run(['up'])).code).toBe(0);
    expect((await lab.run(['get', 'kept'])).stdout).toBe('yes');
    const { json: later } = await lab.json(['status', 'node1']);
    expect(later.at('nodes', 0, 'incarnation')).toBe(2);
  });

  it('is removed only when it is down, and only after a yes', async () => {
    expect((await lab.run(['rm', 'lab', '--yes'])).code).toBe(5);
    expect((await lab.run(['down'])).code).toBe(0);
    expect((await lab.run(['rm', 'lab'])).code).toBe(64);
    expect((await lab.run(['rm', 'lab', '--yes'])).code).toBe(0);
    expect(existsSync(join(lab.home, 'lab'))).toBe(false);
    expect((await lab.run(['status'])).code).toBe(4);
  });
});
