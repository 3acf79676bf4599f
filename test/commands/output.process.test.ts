// Streams that are not what a command hopes for: the reader of a pipe that left, a full disk behind
// stdout, nothing behind stdin.

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from './lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
  expect((await lab.up('--nodes', '1', '--partitions', '1')).code).toBe(0);
  const value = 'x'.repeat(1 << 19);
  for (const key of ['a', 'b']) expect((await lab.run(['put', key], value)).code).toBe(0);
});

afterAll(() => lab.close());

describe('stdout', () => {
  it('may be left by its reader, without a word and without a failure', async () => {
    const { code, stderr } = await lab.shell('set -o pipefail; dsys scan | head -c 1 >/dev/null');
    expect([code, stderr]).toEqual([0, '']);
  });

  it('on a full disk is told in words, not as a crash', async () => {
    for (const verb of ['status', 'status --json', 'nope --json', '--help']) {
      const { code, stderr } = await lab.shell(`dsys ${verb} >/dev/full`);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^✖ the disk is full: .*\n {2}→ .*\n$/);
    }
  });

  it('that is lost in the middle of the demo leaves no process and no cluster', async () => {
    const before = lab.pids();
    await lab.shell('dsys demo | head -n 1 >/dev/null');
    expect(lab.pids()).toEqual(before);
    expect(readdirSync(lab.home).filter((name) => name.startsWith('demo'))).toEqual([]);
  });
});

describe('stdin', () => {
  it('that nobody feeds is no empty value: a forgotten VALUE is told', async () => {
    const { code, stderr } = await lab.shell('dsys put forgotten </dev/null');
    expect(code).toBe(64);
    expect(stderr).toContain('a value for forgotten is missing');
    expect((await lab.run(['get', 'forgotten'])).code).toBe(4);
    expect((await lab.shell('dsys put forgotten - </dev/null')).code).toBe(0);
    expect((await lab.shell('printf "" | dsys put piped')).code).toBe(0);
  });
});

describe('stderr', () => {
  it('may be closed: the exit code is the same', async () => {
    expect((await lab.shell('dsys nope 2> >(exec 0<&-; sleep 0); exit $?')).code).toBe(64);
    expect((await lab.shell('dsys nope 2>/dev/full')).code).toBe(64);
  });
});
