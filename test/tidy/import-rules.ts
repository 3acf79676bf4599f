// Who may import whom: the import table, the doorways of packages, relative paths that resolve, and
// words that are imported from the file that owns them.

import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { doorways, entries, roomOf, rooms } from './rooms.ts';
import type { Import, Rule, SourceFile, SourceTree, Violation } from './source.ts';

const builtin = new Set(builtinModules);

/** The file that a relative specifier names; null for packages and modules of Node. */
export function targetOf(file: SourceFile, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  return posix.normalize(posix.join(posix.dirname(file.path), specifier));
}

/** `@oclif/core/ux` → `@oclif/core`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

const isNodeModule = (specifier: string): boolean =>
  specifier.startsWith('node:') || builtin.has(packageOf(specifier));

const isBarrel = (path: string): boolean => /(^|\/)index\.[jt]s$/.test(path);

function eachImport(
  tree: SourceTree,
  check: (file: SourceFile, found: Import) => string | null,
  rule: string,
): Violation[] {
  const violations: Violation[] = [];
  for (const file of tree.values()) {
    for (const found of file.imports) {
      const message = check(file, found);
      if (message !== null) violations.push({ file: file.path, line: found.line, rule, message });
    }
  }
  return violations;
}

/** A room imports only what its row of the table lists, and only types where the row says so. */
export const importTable: Rule = (tree) => eachImport(tree, checkRow, 'import-table');

function checkRow(file: SourceFile, found: Import): string | null {
  const own = roomOf(file.path);
  if (own === null) return null;
  const row = rooms[own];
  if (row === undefined)
    return `room "${own}" has no row in test/tidy/rooms.ts: give it one with a reason`;
  if (isNodeModule(found.specifier)) {
    if (row.node === 'all' || row.node.includes(found.specifier)) return null;
    return `${own} may not import ${found.specifier}: pass what you need in through ports/ or an option`;
  }
  const target = targetOf(file, found.specifier);
  if (target === null) {
    const name = packageOf(found.specifier);
    if (row.packages.includes(name)) return null;
    return `${own} may not import the package ${name}: use the room whose row lists it`;
  }
  return checkRoom(own, roomOf(target), found);
}

function checkRoom(own: string, other: string | null, found: Import): string | null {
  if (other === own) return null;
  if (other === null)
    return `${found.specifier} is outside the house: move what you need into src/`;
  const row = rooms[own]?.imports ?? {};
  const depth =
    row[other] ?? (other.startsWith('core/') && other !== 'core/model' ? row['core/*'] : undefined);
  if (depth === undefined)
    return `${own} may not import ${other}: hand the value in, or move the word to core/model`;
  if (depth === 'types' && !found.typeOnly)
    return `${own} may import only types of ${other}: write "import type"`;
  return null;
}

/** A package is imported in its one doorway file. Types count: they tie a file to it too. */
export const onePackageOneDoorway: Rule = (tree) => {
  const users = new Map<string, { file: string; line: number }[]>();
  for (const file of tree.values()) {
    if (roomOf(file.path) === null) continue;
    for (const found of file.imports) {
      if (targetOf(file, found.specifier) !== null || isNodeModule(found.specifier)) continue;
      const name = packageOf(found.specifier);
      users.set(name, [...(users.get(name) ?? []), { file: file.path, line: found.line }]);
    }
  }
  return [...users].flatMap(([name, places]) => doorwayViolations(name, places));
};

function doorwayViolations(
  name: string,
  places: readonly { file: string; line: number }[],
): Violation[] {
  const rule = 'doorway';
  const allowed = doorways[name];
  if (allowed === undefined) {
    const message = `${name} has no doorway: add it to test/tidy/rooms.ts and docs/dependencies.md`;
    return places.slice(0, 1).map((place) => ({ ...place, rule, message }));
  }
  const message = `${name} enters through ${allowed.join(' and ')} only: import that file`;
  return places
    .filter((place) => !allowed.includes(place.file))
    .map((place) => ({ ...place, rule, message }));
}

/** Relative imports name an existing file with its ending. */
export const importsResolve: Rule = (tree) =>
  eachImport(
    tree,
    (file, found) => {
      const target = targetOf(file, found.specifier);
      if (
        target === null ||
        tree.has(target) ||
        /\.json$/.test(target) ||
        target.startsWith('dist/')
      )
        return null;
      return `${found.specifier} names no file: write the path with its .ts ending`;
    },
    'import-resolves',
  );

/** Modules of Node carry their prefix, so that no package can take their place. */
export const nodePrefix: Rule = (tree) =>
  eachImport(
    tree,
    (_file, { specifier }) =>
      !specifier.startsWith('node:') && !specifier.startsWith('.') && isNodeModule(specifier)
        ? `write "node:${specifier}"`
        : null,
    'node-prefix',
  );

/**
 * No barrels: the file that owns a word is the file that is imported. Only the library hands on its
 * types.
 */
export const noBarrels: Rule = (tree) => [
  ...[...tree.keys()].filter(isBarrel).map((file) => ({
    file,
    line: 1,
    rule: 'barrel',
    message: 'a folder has no index file: name the file after what it holds',
  })),
  ...eachImport(
    tree,
    (file, found) =>
      !found.reExport || file.path === entries.files[0]
        ? null
        : `do not hand on ${found.names.join(', ')}: importers name ${found.specifier} themselves`,
    'barrel',
  ),
];
