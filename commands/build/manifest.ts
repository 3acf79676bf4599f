// Build step: writes .oclif.manifest.json, so that running one verb does not load the modules of
// all others, and makes the entries in bin/ executable.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/cluster/package-root.ts';
import { Plugin, settings } from '../cli/command.ts';

const root = packageRoot();
settings.enableAutoTranspile = false;
const plugin = new Plugin({
  root,
  isRoot: true,
  ignoreManifest: true,
  errorOnManifestCreate: true,
});
await plugin.load();
const manifest = `${JSON.stringify(plugin.manifest, null, 2)}\n`;
writeFileSync(join(root, '.oclif.manifest.json'), manifest);
for (const entry of ['dsys.js', 'node.cjs']) chmodSync(join(root, 'bin', entry), 0o755);
