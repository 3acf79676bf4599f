// Data of another build: told by its number, and never called damaged.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { formatOfMark } from '../../../src/runtime/storage/engine-value.ts';
import { storageFormat } from '../../../src/runtime/storage/format.ts';
import { Laboratory, recoverIn } from './written.ts';

const place = '../../../src/runtime/storage/format.ts';
const another = storageFormat + 1;

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await Laboratory.make();
});
afterAll(() => laboratory.close());
afterEach(() => {
  vi.doUnmock(place);
  vi.resetModules();
});

/** A directory as a build with that number leaves it. */
async function writtenByAnotherBuild(): Promise<string> {
  vi.resetModules();
  vi.doMock(place, () => ({ storageFormat: another, checkFormat: () => undefined }));
  const { Laboratory: Other } = await import('./written.ts');
  const other = await Other.make();
  const origin = await other.written({ clean: true, segmentBytes: 4096 });
  const directory = await laboratory.copy(origin);
  await other.close();
  return directory;
}

describe('data of another build', () => {
  const refusal = {
    code: 'storage-format',
    exitCode: 1,
    message: expect.stringContaining(
      `written by another version of dsys: expected format ${storageFormat}, found format ${another}`,
    ),
    hint: expect.stringContaining('dsys rm '),
    details: { expected: storageFormat, found: another },
  };

  test('is told by the mark of its engine', async () => {
    const { error } = await recoverIn(await writtenByAnotherBuild());
    expect(error).toMatchObject(refusal);
    expect(error?.message).toContain('/state');
  });

  test('is told by the segments of its log when the engine is empty yet', async () => {
    const directory = await writtenByAnotherBuild();
    rmSync(join(directory, 'state'), { recursive: true });
    const { error } = await recoverIn(directory);
    expect(error).toMatchObject(refusal);
    expect(error?.message).toContain('00000001.log');
  });

  test('that had no number yet is the first format', () => {
    expect(formatOfMark(Buffer.alloc(10))).toBe(1);
  });

  test('of this build carries the number of this build', async () => {
    const directory = await laboratory.written({ clean: true, segmentBytes: 4096 });
    expect(await recoverIn(directory)).toMatchObject({ error: null });
  });
});
