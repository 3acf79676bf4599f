// Help and version: words for people, one JSON value for scripts.

import { describe, expect, it } from 'vitest';
import { Lab } from './lab.ts';

async function asked(...args: string[]) {
  const lab = await Lab.open();
  try {
    return await lab.run(args);
  } finally {
    await lab.close();
  }
}

describe('help', () => {
  it('of all verbs is one JSON value with --json, wherever it stands', async () => {
    for (const args of [
      ['--help', '--json'],
      ['--json', '--help'],
      ['help', '--json'],
      ['--json'],
    ]) {
      const { code, stdout, stderr } = await asked(...args);
      expect([code, stderr]).toEqual([0, '']);
      const { schema, verbs } = JSON.parse(stdout);
      expect(schema).toBe(1);
      expect(verbs).toContainEqual({ name: 'put', group: 'data', summary: 'write a value' });
    }
  });

  it('of one verb is one JSON value with --json', async () => {
    for (const args of [
      ['put', '--help', '--json'],
      ['help', 'put', '--json'],
    ]) {
      const { code, stdout } = await asked(...args);
      expect(code).toBe(0);
      const help = JSON.parse(stdout);
      expect(help).toMatchObject({
        schema: 1,
        verb: 'put',
        args: [{ name: 'key', required: true }, {}],
      });
      const consistency = {
        name: 'consistency',
        options: ['one', 'quorum', 'all'],
        default: 'quorum',
      };
      expect(help.flags).toContainEqual(expect.objectContaining(consistency));
    }
  });

  it('is words without it', async () => {
    expect((await asked('put', '--help')).stdout).toContain('USAGE');
    expect((await asked()).stdout).toContain('dsys up --nodes 3');
  });

  it('of the version too', async () => {
    expect(JSON.parse((await asked('--version', '--json')).stdout)).toEqual({
      schema: 1,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });
});
