// Build step: packs each program of dist/ with its packages into one CommonJS file, which Node starts
// sooner than modules; bin/recorded.cjs loads them (decision 006).

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { packageRoot } from '../../src/cluster/package-root.ts';

const dist = join(packageRoot(), 'dist');

/** The packages that hold machine code stay outside; their JavaScript asks for it by a relative path. */
const node: BuildOptions = {
  entryPoints: [join(dist, 'src/runtime/main.js')],
  external: ['zeromq', './binding'],
  banner: {
    js:
      'const outside = require; ' +
      'require = (name) => outside(name === "./binding" ? "classic-level/binding.js" : name);',
  },
};

/** Packages that few runs need stay outside too: what is inside is read by every run. */
const commandLine: BuildOptions = {
  entryPoints: [join(dist, 'commands/cli/main.js')],
  external: ['zeromq', 'inquirer', 'yaml', 'hdr-histogram-js', 'cli-table3'],
  // V8 forgets how to import in code that was recorded.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
};

async function pack(name: string, options: BuildOptions): Promise<void> {
  const { outputFiles = [] } = await build({
    ...options,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
    write: false,
  });
  for (const { text } of outputFiles) writeFileSync(join(dist, name), asciiOf(text));
}

/**
 * The same program in ASCII, which is read several times sooner. Comments and patterns are left of
 * what is not: esbuild has escaped all else.
 */
function asciiOf(code: string): string {
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return code.replace(/[\u0080-\uffff]/g, escape);
}

await pack('node.cjs', node);
await pack('dsys.cjs', commandLine);
