// The entry of the command line, with a world that only listens.

import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { main, type World } from '../../commands/entry/main.ts';

vi.mock('../../commands/entry/verbs.ts', () => ({
  verbs: {
    stuck: verb(() => new Promise(() => undefined)),
    quick: verb(() => Promise.resolve()),
  },
}));

/** What a module of commands/ would export. */
function verb(start: () => Promise<void>): () => Promise<object> {
  return async () => ({
    default: class {
      readonly start = start;
    },
  });
}

let said: string;
let listeners: Map<string, () => void>;
beforeEach(() => {
  said = '';
  listeners = new Map();
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

const newStream = (): NodeJS.WriteStream => new PassThrough() as unknown as NodeJS.WriteStream;

function worldOf(...argv: string[]): World {
  const once: World['once'] = (event, listener) => listeners.set(event, listener);
  const streams = { stdout: newStream(), stderr: newStream() };
  return { argv: ['node', 'dsys', ...argv], once, exit: () => undefined, ...streams };
}

test('a verb that waits for nothing and has not ended is no success', async () => {
  main(worldOf('stuck')).catch(() => undefined);
  await vi.waitUntil(() => listeners.has('beforeExit'));
  listeners.get('beforeExit')?.();
  expect(process.exitCode).toBe(70);
  expect(said).toContain('nothing is left to wait for');
});

test('one that has ended is', async () => {
  await main(worldOf('quick'));
  listeners.get('beforeExit')?.();
  expect(process.exitCode).toBe(0);
  expect(said).toBe('');
});
