// The few things that the log does to files, each durable when its promise resolves: also the entry
// in the directory, which a crash may otherwise forget. Tests put a failing disk in its place.

import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface DurableFile {
  /** Resolves when the bytes are on the disk. One write at a time. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

export interface Files {
  makeDirectory(path: string): Promise<void>;
  /** Empty when there is no such directory. */
  list(directory: string): Promise<string[]>;
  read(path: string): Promise<Buffer>;
  /** Makes a file of `size` bytes: `head`, then zeros; replaces what was there. */
  create(path: string, head: Uint8Array, size: number): Promise<void>;
  /** For positional writes into a file that has its size already. */
  open(path: string): Promise<DurableFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/**
 * On Linux one system call writes and syncs; elsewhere only fsync is known to reach the platter.
 */
const syncsOnWrite = process.platform === 'linux';
const zeros = Buffer.alloc(1 << 20);

export const realFiles: Files = {
  async makeDirectory(path) {
    const made = await mkdir(path, { recursive: true });
    if (made !== undefined) await syncDirectory(dirname(made));
  },
  list: (directory) => readdir(directory).catch(noneIfMissing),
  read: (path) => readFile(path),
  create: createFile,
  async open(path) {
    const flags = constants.O_RDWR | (syncsOnWrite ? constants.O_DSYNC : 0);
    return new SyncedFile(await open(path, flags));
  },
  async rename(from, to) {
    await rename(from, to);
    await syncDirectory(dirname(to));
  },
  async remove(path) {
    await rm(path, { force: true });
    await syncDirectory(dirname(path));
  },
};

function noneIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** Makes what was created, renamed or removed in a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The head comes last: whoever finds it knows that the whole file is there. */
async function createFile(path: string, head: Uint8Array, size: number): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for (let at = 0; at < size; at += zeros.length) {
      await writeAll(handle, zeros.subarray(0, Math.min(zeros.length, size - at)), at);
    }
    await handle.sync();
    await writeAll(handle, head, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(path));
}

class SyncedFile implements DurableFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    await writeAll(this.#handle, bytes, position);
    if (!syncsOnWrite) await this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The operating system may take less than it was given. */
async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
