// A node starts only on the disk that the cluster knows as its own, and counts each start before it
// speaks.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterId, incarnation, nodeId, storageId } from '../../src/core/model/ids.ts';
import { limits } from '../../src/core/model/limits.ts';
import { openIdentity } from '../../src/runtime/identity.ts';
import { openFileStorage } from '../../src/runtime/storage/storage.ts';
import { formatIdentityFile } from '../../src/wire/identity-file.ts';

const expected = {
  clusterId: clusterId('11111111-1111-4111-8111-111111111111'),
  node: nodeId('node2'),
  storageId: storageId('22222222-2222-4222-8222-222222222222'),
};
const other = '33333333-3333-4333-8333-333333333333';

let directory = '';
const path = (): string => join(directory, 'identity.json');
const witness = (): string => `${directory}.started.json`;

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'dsys-identity-')), 'node2');
  mkdirSync(directory);
  write({});
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

function write(change: object): void {
  const identity = { schema: 1, ...expected, incarnation: incarnation(0), ...change } as const;
  writeFileSync(path(), formatIdentityFile(identity));
}

describe('identity of a data directory', () => {
  test('each start has the next incarnation, durable before it is told', async () => {
    for (const start of [1, 2, 3]) {
      expect(await openIdentity(directory, expected)).toEqual({ incarnation: start });
      expect(JSON.parse(readFileSync(path(), 'utf8'))).toMatchObject({ incarnation: start });
    }
  });

  test('the log that the first start makes is the one that the storage opens', async () => {
    await openIdentity(directory, expected);
    const warnings: string[] = [];
    const storage = await openFileStorage({ directory, onWarning: (text) => warnings.push(text) });
    expect(await storage.recover()).toEqual({ groups: [] });
    await storage.close();
    expect(warnings).toEqual([]);
    expect(await openIdentity(directory, expected)).toEqual({ incarnation: 2 });
  });

  test('a missing identity is a wiped disk', async () => {
    rmSync(path());
    await expect(openIdentity(directory, expected)).rejects.toMatchObject({
      code: 'storage-wiped',
      hint: expect.stringContaining('dsys replace node2'),
    });
    rmSync(directory, { recursive: true });
    await expect(openIdentity(directory, expected)).rejects.toMatchObject({
      code: 'storage-wiped',
    });
  });

  test.each([
    ['without wal/', () => rmSync(join(directory, 'wal'), { recursive: true })],
    ['with an empty wal/', () => rmSync(join(directory, 'wal', '00000001.log'))],
  ])('a directory that has started before, %s, is a wiped disk', async (_, wipe) => {
    await openIdentity(directory, expected);
    wipe();
    await expect(openIdentity(directory, expected)).rejects.toMatchObject({
      code: 'storage-wiped',
      hint: expect.stringContaining('dsys replace node2'),
    });
  });

  test('a crash in the middle of the first start does not look like a wiped disk', async () => {
    await openIdentity(directory, expected);
    write({ incarnation: incarnation(0) });
    rmSync(witness());
    expect(await openIdentity(directory, expected)).toEqual({ incarnation: 1 });
  });

  test('a disk that counts on from those of its name before it has not started yet', async () => {
    write({ incarnation: incarnation(2 * limits.startsMax) });
    const { incarnation: first } = await openIdentity(directory, expected);
    expect(first).toBe(2 * limits.startsMax + 1);
    rmSync(join(directory, 'wal'), { recursive: true });
    await expect(openIdentity(directory, expected)).rejects.toMatchObject({
      code: 'storage-wiped',
    });
  });

  test('an older copy of the directory, put back, does not start and stays untouched', async () => {
    await openIdentity(directory, expected);
    cpSync(directory, `${directory}-copy`, { recursive: true });
    await openIdentity(directory, expected);
    rmSync(directory, { recursive: true });
    cpSync(`${directory}-copy`, directory, { recursive: true });
    const before = readFileSync(path(), 'utf8');
    for (let attempt = 1; attempt <= 2; attempt++) {
      await expect(openIdentity(directory, expected)).rejects.toMatchObject({
        code: 'storage-restored',
        message: expect.stringContaining('has started 1 times'),
        hint: expect.stringContaining('dsys replace node2'),
      });
    }
    expect(readFileSync(path(), 'utf8')).toBe(before);
  });

  test('a crash between counting a start and witnessing it costs nothing', async () => {
    await openIdentity(directory, expected);
    const text = readFileSync(witness(), 'utf8');
    await openIdentity(directory, expected);
    writeFileSync(witness(), text);
    expect(await openIdentity(directory, expected)).toEqual({ incarnation: 3 });
  });

  test('a new disk under the same name starts anew', async () => {
    await openIdentity(directory, expected);
    rmSync(directory, { recursive: true });
    mkdirSync(directory);
    write({ storageId: storageId(other) });
    const replaced = { ...expected, storageId: storageId(other) };
    expect(await openIdentity(directory, replaced)).toEqual({ incarnation: 1 });
  });

  test('a damaged witness is named, with the way out', async () => {
    await openIdentity(directory, expected);
    writeFileSync(witness(), '{');
    await expect(openIdentity(directory, expected)).rejects.toMatchObject({
      code: 'storage-corrupt',
      message: expect.stringContaining(witness()),
      hint: expect.stringContaining('remove this file'),
    });
  });

  test.each([
    ['cluster', { clusterId: clusterId(other) }],
    ['node', { node: nodeId('node3') }],
    ['storage', { storageId: storageId(other) }],
  ])('a directory of another %s is foreign, and stays untouched', async (_, change) => {
    write(change);
    const before = readFileSync(path(), 'utf8');
    await expect(openIdentity(directory, expected)).rejects.toMatchObject({
      code: 'storage-foreign',
      hint: expect.stringContaining('dsys replace node2'),
    });
    expect(readFileSync(path(), 'utf8')).toBe(before);
  });

  test('a damaged identity is storage-corrupt and names the file', async () => {
    for (const text of ['', '{', '{"schema":1}', readFileSync(path(), 'utf8').replace('-', '')]) {
      writeFileSync(path(), text);
      const error = await openIdentity(directory, expected).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'storage-corrupt' });
      expect(String(error).split(path())).toHaveLength(2);
    }
  });
});
