// Proves the tidy test itself: for every house rule a fixture that breaks it in exactly one way,
// and one that must pass. A rule without a fixture here fails the first test.

import { describe, expect, it } from 'vitest';
import { type RuleName, rules } from './rules.ts';
import { treeOf } from './source.ts';

type Files = Readonly<Record<string, string>>;

interface Proof {
  readonly breaks: readonly Files[];
  readonly passes: readonly Files[];
}

const lines = (count: number): string => '\n'.repeat(count);
const model = 'src/core/model/ids.ts';

const proofs: Readonly<Record<RuleName, Proof>> = {
  'a room imports only what its row of the import table lists': {
    breaks: [
      { 'src/core/raft/log.ts': "import { a } from '../data/machine.ts';" },
      { 'src/core/raft/log.ts': "import { a } from '../node.ts';" },
      { 'src/core/model/ids.ts': "import { readFileSync } from 'node:fs';" },
      { 'src/core/model/ids.ts': "import { readFileSync } from 'fs';" },
      { 'src/core/raft/log.ts': "import hash from 'murmurhash';" },
      { 'src/ports/storage.ts': "import { nodeId } from '../core/model/ids.ts';" },
      { 'src/wire/frame.ts': "import { Raft } from '../core/raft/raft.ts';" },
      { 'src/wire/frame.ts': "export { Raft } from '../core/raft/raft.ts';" },
      { 'src/terminal/table.ts': "const a = await import('../cluster/home.ts');" },
      { 'src/simulation/clock.ts': "import { hrtime } from 'node:process';" },
      { 'src/client/connect.ts': "type A = import('../runtime/main.ts').A;" },
      { 'src/kitchen/knife.ts': "import { a } from '../errors.ts';" },
      { 'commands/up.ts': "import { a } from '../src/runtime/main.ts';" },
      { 'src/runtime/main.ts': "import { a } from '../../test/tidy/rooms.ts';" },
    ],
    passes: [
      {
        'src/core/raft/log.ts': "import { a } from '../model/ids.ts'; import { b } from './b.ts';",
      },
      { 'src/core/data/merge.ts': "import { a } from '../clocks/vector.ts';" },
      {
        'src/core/node/writes.ts':
          "import { a } from '../raft/raft.ts'; import { b } from '../contract.ts';",
      },
      { 'src/ports/storage.ts': "import type { NodeId } from '../core/model/ids.ts';" },
      { 'src/wire/frame.ts': "import type { Raft } from '../core/raft/raft.ts';" },
      { 'src/runtime/main.ts': "import { a } from 'node:fs'; import z from 'zeromq';" },
      { 'commands/up.ts': "import { a } from '../src/cluster/home.ts';" },
    ],
  },
  'a package enters the house through one doorway file': {
    breaks: [
      { 'src/runtime/loop.ts': "import { Router } from 'zeromq';" },
      { 'src/runtime/loop.ts': "import type { Router } from 'zeromq';" },
      { 'src/runtime/loop.ts': "import { nobody } from 'unknown-package/deep';" },
    ],
    passes: [
      { 'src/wire/key-hash.ts': "import hash from 'murmurhash'; import { b } from 'node:fs';" },
    ],
  },
  'a relative import names an existing file with its ending': {
    breaks: [
      { 'src/errors.ts': "import { a } from './gone.ts';" },
      { 'src/errors.ts': "import { a } from './there';", 'src/there.ts': '' },
      { 'src/errors.ts': "import { a } from './there.js';", 'src/there.ts': '' },
    ],
    passes: [{ 'src/errors.ts': "import { a } from './there.ts';", 'src/there.ts': '' }],
  },
  'a module of Node carries the prefix node:': {
    breaks: [
      { 'src/runtime/main.ts': "import { a } from 'fs';" },
      { 'src/runtime/main.ts': "import { a } from 'fs/promises';" },
    ],
    passes: [{ 'src/runtime/main.ts': "import { a } from 'node:fs'; import { b } from 'zeromq';" }],
  },
  'there are no barrels: the file that owns a word is imported': {
    breaks: [
      { 'src/core/raft/index.ts': 'export const a = 1;' },
      { 'src/core/raft/raft.ts': "export * from './log.ts';" },
      { 'src/core/raft/raft.ts': "export type { Log } from './log.ts';" },
    ],
    passes: [{ 'src/client/connect.ts': "export type { Log } from './log.ts';" }],
  },
  'files do not import each other in a circle': {
    breaks: [
      { 'src/a.ts': "import { b } from './b.ts';", 'src/b.ts': "import { a } from './a.ts';" },
      { 'src/a.ts': "import { a } from './a.ts';" },
      {
        'src/a.ts': "import type { B } from './b.ts';",
        'src/b.ts': "export { c } from './c.ts';",
        'src/c.ts': "const a = await import('./a.ts');",
      },
    ],
    passes: [
      {
        'src/a.ts': "import { b } from './b.ts'; import { c } from './c.ts';",
        'src/b.ts': "import { c } from './c.ts';",
        'src/c.ts': '',
      },
    ],
  },
  'every source file is reached from an entry': {
    breaks: [
      { 'src/lumber.ts': '' },
      { 'src/lumber.ts': '', 'test/lumber.test.ts': "import { a } from '../src/lumber.ts';" },
    ],
    passes: [
      { 'src/client/connect.ts': "import { a } from './link.ts';", 'src/client/link.ts': '' },
      { 'commands/up.ts': "const a = await import('../src/a.ts');", 'src/a.ts': '' },
    ],
  },
  'every exported value is imported by another file': {
    breaks: [
      { 'src/a.ts': 'export const unused = 1;' },
      { 'src/a.ts': 'export function unused() {}', 'src/b.ts': "import { used } from './a.ts';" },
      { 'src/a.ts': 'export class Unused {}' },
      { 'src/a.ts': 'const a = 1; export { a as unused };' },
    ],
    passes: [
      {
        'src/a.ts': 'export const used = 1;',
        'test/a.test.ts': "import { used } from '../src/a.ts';",
      },
      { 'src/a.ts': 'export type A = 1; export interface B { a: A }' },
      { 'src/a.ts': 'export class Used {}', 'src/b.ts': "const a = await import('./a.ts');" },
      { 'src/client/connect.ts': 'export const connect = 1;' },
    ],
  },
  'core knows no time, chance, waiting or process': {
    breaks: [
      { [model]: 'const a = Date.now();' },
      { [model]: 'const a = new Date();' },
      { [model]: 'const a = Math.random();' },
      { [model]: 'type A = Promise<void>;' },
      { [model]: 'async function a() {}' },
      { [model]: 'const a = async () => {};' },
      { [model]: 'await something;' },
      { [model]: 'const a = performance.now();' },
      { [model]: 'setTimeout(a, 1);' },
      { [model]: 'const a = process.env;' },
      { [model]: 'const a = Buffer.from(b);' },
      { [model]: 'console.log(1);' },
      { [model]: 'const a = b.localeCompare(c);' },
      { [model]: 'const a = b.toLocaleString();' },
      { [model]: 'const a = globalThis.x;' },
    ],
    passes: [
      { [model]: 'const a = row.process; const b = { Date: 1 }; interface C { Buffer: 1 }' },
      {
        [model]:
          "// Date.now() in a comment\nconst a = 'await Date.now()'; const b = Math.max(1, 2);",
      },
      { 'src/runtime/main.ts': 'const a = Date.now();' },
    ],
  },
  'a file has at most 400 lines': {
    breaks: [{ 'src/a.ts': lines(401) }, { 'test/a.test.ts': lines(401) }],
    passes: [{ 'src/a.ts': lines(400) }],
  },
  'a line has at most 110 columns': {
    breaks: [{ 'src/a.ts': `// ${'x'.repeat(108)}` }],
    passes: [
      { 'src/a.ts': `// ${'é'.repeat(107)}` },
      { 'test/a.test.ts': `it('${'x'.repeat(120)}', () => {});` },
    ],
  },
  'a function has at most 70 lines': {
    breaks: [
      { 'src/a.ts': `function a() {${lines(70)}}` },
      { 'src/a.ts': `const a = () => {${lines(70)}};` },
      { 'src/a.ts': `class A {\n  run() {${lines(70)}}\n}` },
    ],
    passes: [
      { 'src/a.ts': `function a() {${lines(69)}}` },
      { 'test/a.test.ts': `describe('a', () => {${lines(100)}});` },
    ],
  },
  'a function takes at most three parameters': {
    breaks: [
      { 'src/a.ts': 'function a(b: 1, c: 1, d: 1, e: 1) {}' },
      { 'src/a.ts': 'class A { constructor(b: 1, c: 1, d: 1, e: 1) {} }' },
    ],
    passes: [{ 'src/a.ts': 'function a(b: 1, c: 1, d: 1) {} const e = ({ f, g, h, i }) => 1;' }],
  },
  'run() of a command has under 25 lines': {
    breaks: [
      { 'commands/put.ts': `export default class Put {\n  async execute() {${lines(24)}}\n}` },
      { 'commands/up.ts': `export default class Up {\n  async run() {${lines(24)}}\n}` },
    ],
    passes: [
      { 'commands/up.ts': `export default class Up {\n  async run() {${lines(23)}}\n}` },
      { 'src/a.ts': `function run() {${lines(40)}}` },
    ],
  },
  'no catch is empty': {
    breaks: [
      { 'src/a.ts': 'try { a(); } catch {}' },
      { 'src/a.ts': 'try { a(); } catch (error) { /* it happens */ }' },
      { 'test/a.test.ts': 'a().catch(() => {});' },
    ],
    passes: [
      { 'src/a.ts': 'try { a(); } catch { count += 1; } b().catch((error) => { log(error); });' },
    ],
  },
  'only bin/ and the main of a node end the process or listen to signals': {
    breaks: [
      { 'src/cluster/home.ts': 'process.exit(1);' },
      { 'commands/up.ts': "process.on('SIGINT', stop);" },
      { 'src/client/link.ts': "process.once('SIGTERM', stop);" },
    ],
    passes: [
      { 'bin/dsys.js': '#!/usr/bin/env node\nprocess.exit(1);' },
      { 'src/runtime/main.ts': "process.on('SIGTERM', stop); process.exit(0);" },
      { 'src/cluster/home.ts': "process.kill(pid, 'SIGTERM'); process.exitCode = 1;" },
    ],
  },
  'exports have names, except commands': {
    breaks: [{ 'src/a.ts': 'export default class A {}' }],
    passes: [
      { 'commands/up.ts': 'export default class Up {}' },
      { 'test/vitest.config.ts': 'export default {};' },
    ],
  },
  'private state is #private': {
    breaks: [
      { 'src/a.ts': 'class A { private b = 1; }' },
      { 'src/a.ts': 'class A { protected b() {} }' },
      { 'src/a.ts': 'class A { constructor(private readonly b: number) {} }' },
    ],
    passes: [{ 'src/a.ts': 'class A { #b = 1; readonly c = 2; private constructor() {} }' }],
  },
  'types can be erased: no enum, no namespace': {
    breaks: [{ 'src/a.ts': 'enum A { B }' }, { 'src/a.ts': 'namespace A { export const b = 1; }' }],
    passes: [{ 'src/a.ts': "type A = 'b' | 'c';" }],
  },
  'errors are told apart by code, never by text': {
    breaks: [
      { 'src/a.ts': "if (error.message === 'no') b();" },
      { 'src/a.ts': "if (error.message.includes('no')) b();" },
      { 'src/a.ts': "if ('no' !== error?.message) b();" },
    ],
    passes: [{ 'src/a.ts': "if (error.code === 'ENOENT') b(error.message);" }],
  },
  'quick tests never sleep': {
    breaks: [
      { 'test/a.test.ts': 'setTimeout(done, 10);' },
      { 'test/a.test.ts': 'await new Promise((resolve) => setTimeout(resolve, 10));' },
      { 'test/a.test.ts': "import { setTimeout as sleep } from 'node:timers/promises';" },
      { 'test/a.sim.test.ts': 'promisify(setTimeout);' },
    ],
    passes: [
      { 'test/a.process.test.ts': 'setTimeout(done, 10);' },
      { 'test/a.test.ts': 'vi.useFakeTimers(); const a = { timer: 1 };' },
    ],
  },
  'no test is left out or alone': {
    breaks: [
      { 'test/a.test.ts': "it.only('a', b);" },
      { 'test/a.test.ts': "describe.skip('a', b);" },
      { 'test/a.test.ts': "test.todo('a');" },
    ],
    passes: [{ 'test/a.test.ts': "it('a', b); it.each([1])('c', d);" }],
  },
  'names say something': {
    breaks: [
      { 'src/utils/a.ts': '' },
      { 'src/cluster/peer-manager.ts': '' },
      { 'src/a.ts': 'class RequestHandler {}' },
      { 'src/a.ts': 'interface BaseCommand {}' },
      { 'src/a.ts': 'function commonPart() {}' },
    ],
    passes: [{ 'src/a.ts': 'const basePort = 7400; class Baseline {} function based() {}' }],
  },
  'files are kebab-case nouns that do not repeat their folder': {
    breaks: [
      { 'src/core/raft/raft-log.ts': '' },
      { 'src/core/raftLog.ts': '' },
      { 'src/Core/log.ts': '' },
    ],
    passes: [{ 'src/core/raft/raft.ts': '' }, { 'test/core/raft/log.process.test.ts': '' }],
  },
  'a file opens with what it is and what it guarantees': {
    breaks: [
      { 'src/a.ts': 'export const a = 1;' },
      { 'src/a.ts': '// a\nexport const a = 1;' },
      { 'bin/dsys.js': '#!/usr/bin/env node\nrun();' },
    ],
    passes: [
      { 'src/a.ts': '// What this file is.\nexport const a = 1;' },
      { 'bin/dsys.js': '#!/usr/bin/env node\n// The command line.\nrun();' },
    ],
  },
  'nothing is left open and no checker is silenced': {
    breaks: [
      { 'src/a.ts': `// ${'TO'}${'DO'}: later` },
      { 'test/a.test.ts': `/* ${'FIX'}${'ME'} */` },
      { 'src/a.ts': `// ${'biome'}-${'ignore'} lint: no` },
      { 'src/a.ts': `// @ts-${'ignore'}` },
      { 'src/a.ts': `// @ts-${'expect-error'}` },
    ],
    passes: [{ 'src/a.ts': '// Nothing to do here.' }],
  },
  'no code is commented out': {
    breaks: [{ 'src/a.ts': '// const a = 1;' }, { 'src/a.ts': '//   if (a > b) {' }],
    passes: [{ 'src/a.ts': '// if the peer is gone, wait; then retry\n// return what was read' }],
  },
  'no line names a directory of somebody’s machine': {
    breaks: [
      { 'src/a.ts': "const a = '/home/somebody/x';" },
      { 'bench/a.ts': 'const a = `/Users/x`;' },
    ],
    passes: [{ 'src/a.ts': "const a = '/proc/self/stat';" }],
  },
};

describe('the tidy rules', () => {
  it('are each proved by at least one fixture that breaks them and one that passes', () => {
    expect(Object.keys(proofs).sort()).toEqual(Object.keys(rules).sort());
  });

  for (const [sentence, { breaks, passes }] of Object.entries(proofs)) {
    const rule = rules[sentence as RuleName];

    it(`${sentence}: each broken fixture is found once, with its file and line`, () => {
      for (const files of breaks) {
        const found = rule(treeOf(files));
        expect(found, JSON.stringify(files)).toHaveLength(1);
        expect(Object.keys(files)).toContain(found[0]?.file);
        expect(found[0]?.line).toBeGreaterThan(0);
        expect(found[0]?.message.length).toBeGreaterThan(10);
      }
    });

    it(`${sentence}: a clean fixture passes`, () => {
      for (const files of passes) expect(rule(treeOf(files)), JSON.stringify(files)).toEqual([]);
    });
  }

  it('fail loudly on a file that does not parse', () => {
    expect(() => treeOf({ 'src/a.ts': 'const = ;' })).toThrow('src/a.ts does not parse');
  });
});
