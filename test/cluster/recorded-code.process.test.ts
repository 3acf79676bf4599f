// bin/recorded.cjs takes the code that the build recorded, and only if it is of the very file beside it;
// and what the packed programs must be for that to be quick.

import { isAscii } from 'node:buffer';
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
const programs = ['node.cjs', 'dsys.cjs'];
const files = [
  ...['bin/dsys.js', 'bin/node.cjs', 'bin/recorded.cjs', 'bin/package.json', 'package.json'],
  ...programs.flatMap((name) => [`dist/${name}`, `dist/${name}.code`]),
];
/** Says what V8 did with the code that it was given (undefined: it was given none), and what was loaded. */
const spy = `
  const vm = require('node:vm');
  const { basename } = require('node:path');
  vm.Script = class extends vm.Script {
    constructor(source, options) {
      super(source, options);
      console.error('rejected:', this.cachedDataRejected);
    }
  };
  const { dlopen } = process;
  process.dlopen = (module, file, ...rest) => {
    console.error('machine code:', basename(file));
    return dlopen.call(process, module, file, ...rest);
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

interface Run {
  readonly status: number | null;
  readonly lines: readonly string[];
}

function run(entry: string, args: readonly string[], flags: readonly string[] = []): Run {
  const argv = [...flags, '--require', join(copy, 'spy.cjs'), join(copy, 'bin', entry), ...args];
  const env = { ...process.env, DSYS_HOME: join(copy, 'home') };
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', env });
  return { status, lines: stderr.split('\n') };
}

/** The node says what it expects and ends, because it is told of no cluster. */
function start(flags: readonly string[] = []): string | undefined {
  const { status, lines } = run('node.cjs', [], flags);
  expect(lines).toContain('expected --home DIRECTORY --node NAME; dsys up starts nodes');
  expect(status).toBe(64);
  return lines.find((line) => line.startsWith('rejected:'));
}

function change(file: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(join(copy, file));
  change(bytes);
  writeFileSync(join(copy, file), bytes);
}

test('a node as `dsys up` starts it takes the recorded code', () => {
  expect(start()).toBe('rejected: false');
});

test('with other flags V8 compiles the source', () => {
  expect(start(['--no-sparkplug'])).toBe('rejected: true');
});

test('code of another source of the same length is left aside', () => {
  change('dist/node.cjs', (bytes) => bytes.write("'use strict'", bytes.indexOf('"use strict"')));
  expect(start()).toBe('rejected: undefined');
});

test.each([0, 4, 8, 100_000])('code with a flipped bit in byte %i is left aside', (at) => {
  change('dist/node.cjs.code', (bytes) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at));
  expect(start()).toBe('rejected: undefined');
});

test('without recorded code the source is compiled', () => {
  rmSync(join(copy, 'dist/node.cjs.code'));
  expect(start()).toBe('rejected: undefined');
});

test.each([
  ['dsys ls', ['ls']],
  ['dsys up --dry-run', ['up', '--dry-run']],
])('%s takes the recorded code, and loads no machine code', (_, args) => {
  const { status, lines } = run('dsys.js', args);
  expect(lines).toContain('rejected: false');
  expect(lines.filter((line) => line.startsWith('machine code:'))).toEqual([]);
  expect(status).toBe(0);
});

test.each(programs)('%s is ASCII, which Node and V8 read without a look at each letter', (name) => {
  expect(isAscii(readFileSync(join(root, 'dist', name)))).toBe(true);
});
