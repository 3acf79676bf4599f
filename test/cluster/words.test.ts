// Words that people type: durations, names nearly right, a configuration file.

import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/cluster/config-file.ts';
import { didYouMean, editDistance } from '../../src/cluster/did-you-mean.ts';
import { parseDuration } from '../../src/cluster/duration.ts';

describe('durations', () => {
  it('take ms, s, m and h, and count seconds when there is no unit', () => {
    const found = ['250ms', '2s', '1.5m', '1h', '3'].map(parseDuration);
    expect(found).toEqual([250, 2000, 90_000, 3_600_000, 3000]);
  });

  it('refuse everything else', () => {
    for (const text of ['', 'soon', '-2s', '0', '2 weeks', '1e3', '25h', '9'.repeat(400)]) {
      expect(() => parseDuration(text)).toThrow(/expected a duration/);
    }
  });
});

describe('did you mean', () => {
  it('counts inserts, deletes, replacements and swapped neighbours', () => {
    expect(editDistance('status', 'status')).toBe(0);
    expect(editDistance('statsu', 'status')).toBe(1);
    expect(editDistance('stats', 'status')).toBe(1);
    expect(editDistance('', 'get')).toBe(3);
  });

  it('finds the nearest word, and none when nothing is near', () => {
    const verbs = ['up', 'down', 'status', 'stop', 'start', 'get', 'put'];
    expect(didYouMean('statsu', verbs)).toBe('status');
    expect(didYouMean('strat', verbs)).toBe('start');
    expect(didYouMean('gte', verbs)).toBe('get');
    expect(didYouMean('frobnicate', verbs)).toBeNull();
  });
});

describe('dsys.yaml', () => {
  it('holds the flags of up', async () => {
    const text = 'name: lab\nnodes: 5\nreplication: 3\npartitions: 16\nbasePort: 9000\n';
    const wanted = { name: 'lab', nodes: 5, replication: 3, partitions: 16, basePort: 9000 };
    expect(await parseConfig(text, 'dsys.yaml')).toEqual(wanted);
    expect(await parseConfig('', 'dsys.yaml')).toEqual({});
  });

  it('refuses what it does not understand, and says what was meant', async () => {
    await expect(parseConfig('node: 3', 'dsys.yaml')).rejects.toMatchObject({
      code: 'config-invalid',
      hint: 'did you mean nodes?',
    });
    await expect(parseConfig('nodes: many', 'f')).rejects.toThrow(/expected a whole number/);
    await expect(parseConfig('- nodes', 'f')).rejects.toThrow(/expected lines/);
    await expect(parseConfig('a: b: c', 'f')).rejects.toThrow(/not YAML/);
  });
});
