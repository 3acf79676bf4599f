// Groups that are dropped, where only files can go wrong: an engine that is older than the log, or
// made anew, and a host that releases what it saved in a life before.

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logIndex } from '../../../src/core/model/ids.ts';
import type { Recovered } from '../../../src/core/model/records.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import {
  dropBatch,
  dropOf,
  entriesBetween,
  entriesRecord,
  entry,
  groupIn,
  one,
  persistBatch,
  point,
  rowsOf,
  shape,
  stateBatch,
} from '../../ports/storage-words.ts';
import { FileHarness } from './file-harness.ts';

describe('a dropped group on files', () => {
  const drop = dropOf(one, 1, 2);
  let harness: FileHarness;
  let storage: Storage;

  beforeEach(async () => {
    harness = await FileHarness.make(1024);
    storage = await harness.open();
    await storage.recover();
  });
  afterEach(() => harness.close());

  const state = (): string => join(harness.directory, 'state');
  const reopen = async (damage: () => void = () => undefined): Promise<Recovered> => {
    await harness.crash();
    damage();
    storage = await harness.open();
    return storage.recover();
  };
  const save = (index: number, inTerm: number): Promise<void> => {
    const rows = rowsOf([entry(index, inTerm)]);
    const at = point(index, inTerm);
    return storage.saveState(stateBatch({ group: one, point: at, rows, sync: true }));
  };

  test('keeps the entries of its new life, whatever index of the old one is released', async () => {
    await storage.persist(persistBatch(1, [entriesRecord(one, entriesBetween(1, 60))]));
    await save(60, 1);
    await storage.persist(dropBatch(2, drop));
    for (let index = 1; index <= 40; index++) {
      await storage.persist(persistBatch(2 + index, [entriesRecord(one, [entry(index, 3)])]));
    }
    await storage.release(new Map([[one, logIndex(60)]]));
    const found = groupIn(await reopen(), one);
    expect(found).toMatchObject({ life: 1, point: null });
    expect(found.entries).toEqual(entriesBetween(1, 40, 3));
  });

  test('lives on in its log when the engine is made anew, and the engine learns of it', async () => {
    await storage.persist(persistBatch(1, [entriesRecord(one, entriesBetween(1, 9))]));
    await storage.persist(
      dropBatch(2, drop, { after: [entriesRecord(one, entriesBetween(1, 3, 3))] }),
    );
    const recovered = await reopen(() => rmSync(state(), { recursive: true }));
    expect(groupIn(recovered, one)).toMatchObject({ life: 1, point: null });
    await save(2, 3);
    const found = groupIn(await reopen(), one);
    expect(found).toMatchObject({ life: 1, point: point(2, 3) });
    expect(shape(found.entries)).toBe('1.3 2.3 3.3');
  });

  test('is refused as damaged when the engine forgot the drop', async () => {
    await storage.persist(persistBatch(1, [entriesRecord(one, entriesBetween(1, 9))]));
    await save(4, 1);
    let before = '';
    await reopen(() => {
      before = join(harness.directory, 'state-before');
      cpSync(state(), before, { recursive: true });
    });
    await storage.persist(dropBatch(2, drop));
    const older = reopen(() => {
      rmSync(state(), { recursive: true });
      cpSync(before, state(), { recursive: true });
    });
    await expect(older).rejects.toMatchObject({
      code: 'storage-corrupt',
      message: expect.stringContaining('the state is of life 0, the log of life 1'),
      hint: expect.stringContaining('dsys replace node1'),
    });
  });
});
