// What is known of a node that ended without an exit.json.

import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { lastWords } from '../../src/cluster/last-words.ts';

it('is what the last line of its log says', () => {
  const fatal = { code: 'disk-full', message: 'the disk is full', hint: 'free some space' };
  const line = JSON.stringify({ fatal });
  expect(lastWords(line, tmpdir())).toEqual({ exitCode: 1, ...fatal });
});

it('is nothing when that line is damaged, or is about something else', () => {
  for (const line of ['{"fatal":{"co', '{"fatal":{"code":"x"}}', 'node-stopping', undefined]) {
    expect(lastWords(line, tmpdir())).toBeNull();
  }
});

it('is nothing when the directory is gone', () => {
  expect(lastWords('', '/nonexistent')).toBeNull();
});

it.runIf(existsSync('/proc/self'))('is a full disk where there is no room', () => {
  expect(lastWords('', '/proc/self')).toMatchObject({ code: 'disk-full', exitCode: 1 });
});
