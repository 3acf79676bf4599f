// A disk that is really full: a file system of a few megabytes in memory. Needs root to mount it;
// without, the test says that it was skipped.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openFileStorage } from '../../../src/runtime/storage/storage.ts';
import {
  entriesRecord,
  entry,
  groupIn,
  one,
  persistBatch,
  point,
  stateBatch,
} from '../../ports/storage-words.ts';
import { unexpected } from './written.ts';

const mounts: string[] = [];

/** null: this user or system can not mount. */
function smallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'dsys-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
  mounts.push(path);
  return path;
}

afterEach(() => {
  for (const path of mounts.splice(0)) {
    execFileSync('umount', [path]);
    rmSync(path, { recursive: true });
  }
});

describe('a full disk', () => {
  test('stops the writes with disk-full, and loses nothing that was acknowledged', async (context) => {
    const disk = smallDisk();
    if (disk === null) return context.skip('mounting a small disk needs root');
    const directory = join(disk, 'node1');
    const options = { directory, onWarning: unexpected, segmentBytes: 64 << 10 };
    const storage = await openFileStorage(options);
    await storage.recover();
    let written = 0;
    let failure: unknown = null;
    while (failure === null && written < 2000) {
      const records = [entriesRecord(one, [entry(written + 1, 1, 'x'.repeat(4000))])];
      await storage.persist(persistBatch(1, records)).then(
        () => {
          written += 1;
        },
        (error: unknown) => {
          failure = error;
        },
      );
    }
    expect(failure).toMatchObject({ code: 'disk-full', hint: expect.stringContaining('space') });
    expect(written).toBeGreaterThan(50);
    const state = stateBatch({ group: one, point: point(1), rows: [] });
    await expect(storage.saveState(state)).rejects.toBe(failure);
    await storage.close();

    // Still full: the node can not start either, and says why.
    const ballast = join(disk, 'ballast');
    fill(ballast);
    await expect(openAndRecover(options)).rejects.toMatchObject({ code: 'disk-full' });
    rmSync(ballast);
    execFileSync('mount', ['-o', 'remount,size=8m', disk]);
    const again = await openFileStorage(options);
    expect(groupIn(await again.recover(), one).entries).toHaveLength(written);
    await again.close();
  });
});

async function openAndRecover(options: Parameters<typeof openFileStorage>[0]): Promise<void> {
  const storage = await openFileStorage(options);
  try {
    await storage.recover();
  } finally {
    await storage.close();
  }
}

function fill(path: string): void {
  for (const bytes of [1 << 20, 1 << 16, 1 << 12]) {
    for (let full = false; !full; ) {
      try {
        writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
        full = true;
      }
    }
  }
}
