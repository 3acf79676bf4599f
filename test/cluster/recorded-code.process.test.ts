// bin/recorded.cjs takes the code that the build recorded, and only if it is of the very file beside it.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const files = ['bin/node.cjs', 'bin/recorded.cjs', 'dist/node.cjs', 'dist/node.cjs.code'];
/** Says what V8 did with the code that it was given; undefined: it was given none. */
const spy = `
  const vm = require('node:vm');
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      console.log('rejected:', this.cachedDataRejected);
    }
  };`;

let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'dsys-recorded-'));
  for (const directory of ['bin', 'dist']) mkdirSync(join(copy, directory));
  for (const file of files) copyFileSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'spy.cjs'), spy);
});
afterEach(() => rmSync(copy, { recursive: true }));

/** The node says what it expects and ends, because it is told of no cluster. */
function start(flags: readonly string[]): string {
  const args = [...flags, '--require', join(copy, 'spy.cjs'), join(copy, 'bin/node.cjs')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toContain('expected --home DIRECTORY --node NAME');
  expect(status).toBe(64);
  return stdout.trim();
}

function change(file: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(join(copy, file));
  change(bytes);
  writeFileSync(join(copy, file), bytes);
}

test('a node as `dsys up` starts it takes the recorded code', () => {
  expect(start([])).toBe('rejected: false');
});

test('with other flags V8 compiles the source', () => {
  expect(start(['--no-sparkplug'])).toBe('rejected: true');
});

test('code of another source of the same length is left aside', () => {
  change('dist/node.cjs', (bytes) => bytes.write('//', bytes.lastIndexOf('\n\n'), 'latin1'));
  expect(start([])).toBe('rejected: undefined');
});

test.each([0, 4, 8, 100_000])('code with a flipped bit in byte %i is left aside', (at) => {
  change('dist/node.cjs.code', (bytes) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at));
  expect(start([])).toBe('rejected: undefined');
});

test('without recorded code the source is compiled', () => {
  rmSync(join(copy, 'dist/node.cjs.code'));
  expect(start([])).toBe('rejected: undefined');
});
