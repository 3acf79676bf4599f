// The real storage in a temporary directory, over a file layer whose writes can be held, counted
// and broken. A crash is a copy of the directory as it is at that moment.

import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from '../../../src/ports/storage.ts';
import { type DurableFile, type Files, realFiles } from '../../../src/runtime/storage/files.ts';
import { openFileStorage } from '../../../src/runtime/storage/storage.ts';
import type { StorageHarness } from '../../ports/storage.contract.ts';

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until the condition holds; fails after about 10 s. */
export async function until(condition: () => boolean): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`waited too long for ${condition}`);
    await turn();
  }
}

/** The words of the operating system, which the storage reads. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made up for a test, write`), { code });
}

export class GatedFiles implements Files {
  writes = 0;
  held = false;
  broken: Error | null = null;
  creationBroken: Error | null = null;
  readonly #waiting: (() => void)[] = [];

  get waiting(): number {
    return this.#waiting.length;
  }

  makeDirectory = realFiles.makeDirectory;
  list = realFiles.list;
  read = realFiles.read;
  rename = realFiles.rename;
  remove = realFiles.remove;

  async create(...args: Parameters<Files['create']>): Promise<void> {
    const broken = this.broken ?? this.creationBroken;
    if (broken) throw broken;
    return realFiles.create(...args);
  }

  async open(path: string): Promise<DurableFile> {
    const file = await realFiles.open(path);
    return {
      write: async (bytes, position) => {
        if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
        if (this.broken) throw this.broken;
        await file.write(bytes, position);
        this.writes += 1;
      },
      close: () => file.close(),
    };
  }

  letOneGo(): void {
    this.#waiting.shift()?.();
  }

  letGo(): void {
    this.held = false;
    for (const go of this.#waiting.splice(0)) go();
  }
}

export class FileHarness implements StorageHarness {
  readonly #root: string;
  readonly #segmentBytes: number;
  readonly #opened: { storage: Storage; files: GatedFiles }[] = [];
  readonly warnings: string[] = [];
  #lives = 0;
  #files = new GatedFiles();
  #writesBefore = 0;

  private constructor(root: string, segmentBytes: number) {
    this.#root = root;
    this.#segmentBytes = segmentBytes;
  }

  static async make(segmentBytes = 16 << 10): Promise<FileHarness> {
    return new FileHarness(await mkdtemp(join(tmpdir(), 'dsys-storage-')), segmentBytes);
  }

  get directory(): string {
    return join(this.#root, `life${this.#lives}`, 'node1');
  }

  get logWrites(): number {
    return this.#files.writes - this.#writesBefore;
  }

  async open(): Promise<Storage> {
    const files = new GatedFiles();
    const { directory } = this;
    const onWarning = (text: string) => this.warnings.push(text);
    const segmentBytes = this.#segmentBytes;
    const storage = await openFileStorage({ directory, onWarning, segmentBytes, files });
    this.#opened.push({ storage, files });
    this.#files = files;
    return storage;
  }

  hold(): void {
    this.#files.held = true;
    this.#writesBefore = this.#files.writes;
  }

  untilLogWaits(): Promise<void> {
    return until(() => this.#files.waiting > 0);
  }

  async step(): Promise<void> {
    const { writes } = this.#files;
    this.#files.letOneGo();
    await until(() => this.#files.writes > writes);
  }

  run<Value>(work: Promise<Value>): Promise<Value> {
    this.#files.letGo();
    return work;
  }

  breakDisk(code: 'disk-full' | 'disk-failed'): void {
    this.#files.broken = systemError(code === 'disk-full' ? 'ENOSPC' : 'EIO');
  }

  /** From now on no new file can be made. */
  breakCreation(code: string): void {
    this.#files.creationBroken = systemError(code);
  }

  async crash(): Promise<void> {
    const from = this.directory;
    this.#lives += 1;
    while (!(await this.#copiedAtOnce(from))) await rm(this.directory, { recursive: true });
  }

  /** The engine makes and removes files meanwhile; a copy with half of that is no moment of a disk. */
  async #copiedAtOnce(from: string): Promise<boolean> {
    const before = await readdir(from, { recursive: true });
    await mkdir(this.directory, { recursive: true });
    try {
      await cp(from, this.directory, { recursive: true });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    }
    const after = await readdir(from, { recursive: true });
    return before.sort().join() === after.sort().join();
  }

  async close(): Promise<void> {
    for (const { storage, files } of this.#opened) {
      files.broken = systemError('EIO');
      files.letGo();
      await storage.close();
    }
    await rm(this.#root, { recursive: true, force: true });
  }
}
