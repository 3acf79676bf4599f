// Build step: packs each program of dist/ with its packages into one file, a function as Node makes
// them of CommonJS modules, which start sooner than others; bin/recorded.cjs runs it (decision 006).

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { packageRoot } from '../../src/cluster/package-root.ts';

const dist = join(packageRoot(), 'dist');

/** Files that look for machine code beside themselves, and where in their package they are. */
const lookingBeside: Readonly<
  Record<string, { readonly name: string; readonly directory: string }>
> = {
  'zeromq/lib/load-addon.js': { name: 'zeromq', directory: 'lib' },
  'classic-level/binding.js': { name: 'classic-level', directory: '.' },
};

const found = new Set<string>();

/** Packed, they look beside the package that is installed. */
const machineCode: Plugin = {
  name: 'machine-code',
  setup({ onLoad }) {
    for (const [file, { name, directory }] of Object.entries(lookingBeside)) {
      const place = `require("path").join(require.resolve("${name}/package.json"), "../${directory}")`;
      onLoad({ filter: new RegExp(`node_modules/${file}$`) }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('__dirname'))
          throw new Error(`${path} does not look beside itself any more`);
        found.add(file);
        return { contents: text.replace('__dirname', place) };
      });
    }
  },
};

const asProgram: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
  write: false,
  // V8 forgets how to import in code that was recorded.
  supported: { 'dynamic-import': false },
};

const installed = Object.values(lookingBeside).map(({ name }) => `${name}/package.json`);

const node: BuildOptions = {
  entryPoints: [join(dist, 'src/runtime/main.js')],
  external: installed,
};

/** Packages that few runs need stay outside: what is inside is read by every run. */
const commandLine: BuildOptions = {
  entryPoints: [join(dist, 'commands/entry/main.js')],
  external: [...installed, 'yaml', 'hdr-histogram-js', 'cli-table3'],
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
};

/** A module that only Node's loader of modules takes, on some versions of Node; few runs need it. */
const prompts: BuildOptions = {
  stdin: { contents: "export * from 'inquirer';", resolveDir: packageRoot() },
};

const promptsBeside: Plugin = {
  name: 'prompts-beside',
  setup({ onResolve }) {
    onResolve({ filter: /^inquirer$/ }, () => ({ path: './prompts.cjs', external: true }));
  },
};

async function pack(options: BuildOptions): Promise<string> {
  const { plugins = [] } = options;
  const { outputFiles = [] } = await build({
    ...asProgram,
    ...options,
    plugins: [machineCode, ...plugins],
  });
  return asciiOf(outputFiles.map(({ text }) => text).join(''));
}

/**
 * The same program in ASCII, which is read several times sooner. Comments and patterns are left of
 * what is not: esbuild has escaped all else.
 */
function asciiOf(code: string): string {
  const escaped = (unit: string): string =>
    `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return code.replace(/[\u0080-\uffff]/g, escaped);
}

/** As bin/recorded.cjs runs it: V8 takes the text of the file as it is. */
function asFunction(code: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
}

const write = (name: string, text: string): void => writeFileSync(join(dist, name), text);
write('node.cjs', asFunction(await pack(node)));
write('dsys.cjs', asFunction(await pack({ ...commandLine, plugins: [promptsBeside] })));
write('prompts.cjs', await pack(prompts));
for (const file of Object.keys(lookingBeside)) {
  if (!found.has(file))
    throw new Error(`no program asks for ${file} any more: where is its machine code?`);
}
