// What the whole graph of imports must look like: no cycles, nothing that no entry reaches, no
// export that nobody asks for.

import { targetOf } from './import-rules.ts';
import { entries, roomOf } from './rooms.ts';
import {
  lineAt,
  type Node,
  nameOf,
  type Rule,
  type SourceFile,
  type SourceTree,
  type Violation,
} from './source.ts';

const targets = (tree: SourceTree, file: SourceFile): string[] =>
  file.imports
    .map((found) => targetOf(file, found.specifier))
    .filter((path) => path !== null && tree.has(path)) as string[];

/** Types count: two files that need each other's words are one idea, or lack a third file. */
export const noCycles: Rule = (tree) => {
  const state = new Map<string, 'open' | 'done'>();
  const violations: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      const circle = [...trail.slice(trail.indexOf(path)), path].join(' → ');
      const message = `cycle ${circle}: move the shared word into a file that both import`;
      violations.push({ file: path, line: 1, rule: 'cycle', message });
      return;
    }
    state.set(path, 'open');
    const file = tree.get(path);
    if (file !== undefined) for (const next of targets(tree, file)) visit(next, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of [...tree.keys()].filter((each) => roomOf(each) !== null).sort())
    visit(path, []);
  return violations;
};

/** Every file of src/ is reached from an entry; tests alone keep nothing alive. */
export const noDeadFiles: Rule = (tree) => {
  const isEntry = (path: string): boolean =>
    entries.files.includes(path as (typeof entries.files)[number]) ||
    entries.folders.some((folder) => path.startsWith(folder));
  const reached = new Set<string>();
  const queue = [...tree.keys()].filter(isEntry);
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = tree.get(path);
    if (reached.has(path) || file === undefined) continue;
    reached.add(path);
    queue.push(...targets(tree, file));
  }
  return [...tree.keys()]
    .filter((path) => path.startsWith('src/') && !reached.has(path))
    .map((file) => ({
      file,
      line: 1,
      rule: 'dead-file',
      message: 'no entry reaches this file: use it or delete it',
    }));
};

/**
 * Every exported value of src/ is imported by another file (a test counts). Types may stand in
 * signatures.
 */
export const noDeadExports: Rule = (tree) => {
  const asked = new Map<string, Set<string>>();
  for (const file of tree.values()) {
    for (const found of file.imports) {
      const path = targetOf(file, found.specifier);
      if (path === null) continue;
      const names = asked.get(path) ?? new Set();
      for (const name of found.names) names.add(name);
      asked.set(path, names);
    }
  }
  const isDead = (path: string, name: string): boolean => {
    const names = asked.get(path) ?? new Set();
    return !names.has(name) && !names.has('*');
  };
  return [...tree.values()]
    .filter(
      (file) =>
        roomOf(file.path) !== null &&
        file.path.startsWith('src/') &&
        file.path !== entries.files[0],
    )
    .flatMap((file) =>
      exportsOf(file)
        .filter(({ name }) => isDead(file.path, name))
        .map(({ name, line }) => ({
          file: file.path,
          line,
          rule: 'dead-export',
          message: `nobody imports ${name}: drop the word "export", or the code`,
        })),
    );
};

function exportsOf(file: SourceFile): { name: string; line: number }[] {
  if (file.program.type !== 'Program') return [];
  return file.program.body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || node.source !== null) return [];
    const names = [
      ...node.specifiers.map((each) => nameOf(each.exported)),
      ...declaredNames(node.declaration),
    ];
    return names.map((name) => ({ name, line: lineAt(file.text, node.start) }));
  });
}

function declaredNames(node: Node | null): string[] {
  if (node === null) return [];
  if (node.type === 'VariableDeclaration') {
    return node.declarations.map((each) => (each.id.type === 'Identifier' ? each.id.name : ''));
  }
  const isValue = node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration';
  return isValue && node.id !== null ? [nameOf(node.id)] : [];
}
