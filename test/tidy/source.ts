// One source file as the tidy rules see it: its text, its syntax tree, and what it imports. The
// only file that knows the parser. Rules get these as plain data, so that a fixture is a string and
// needs no disk.

import { type ESTree, type ParseResult, parseSync } from 'vite';

export type Node = ESTree.Node;
export type Comment = ParseResult['comments'][number];

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /**
   * `import type`, `export type … from`, or `import('…').Name` in a type: nothing is loaded at run
   * time.
   */
  readonly typeOnly: boolean;
  /** `export … from`: the file hands on a word that it does not own. */
  readonly reExport: boolean;
  /** The names asked for; `*` for all of them. */
  readonly names: readonly string[];
}

export interface SourceFile {
  /** From the root of the repository, with forward slashes: `src/core/raft/log.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly program: Node;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
}

export type SourceTree = ReadonlyMap<string, SourceFile>;

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

export type Rule = (tree: SourceTree) => readonly Violation[];

/** Fails loudly on a file that does not parse: no rule may pass because it saw nothing. */
export function parseSource(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  const [error] = parsed.errors;
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`);
  const file = { path, text, lines: text.split('\n'), program: parsed.program as Node };
  return { ...file, comments: parsed.comments, imports: importsOf(file.program, text) };
}

export function treeOf(files: Readonly<Record<string, string>>): SourceTree {
  return new Map(Object.entries(files).map(([path, text]) => [path, parseSource(path, text)]));
}

/** Line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1))
    line++;
  return line;
}

/** Calls `visit` for every node below `root`, parents first. */
export function walk(root: Node, visit: (node: Node, parent: Node | null) => void): void {
  const step = (node: Node, parent: Node | null): void => {
    visit(node, parent);
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value])
        if (isNode(child)) step(child, node);
    }
  };
  step(root, null);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function importsOf(program: Node, text: string): Import[] {
  const found: Import[] = [];
  const add = (
    node: Node,
    source: Node | null | undefined,
    rest: Omit<Import, 'specifier' | 'line'>,
  ) => {
    if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
    found.push({ specifier: source.value, line: lineAt(text, node.start), ...rest });
  };
  walk(program, (node) => {
    if (node.type === 'ImportDeclaration') {
      const names = node.specifiers.map((each) =>
        each.type === 'ImportSpecifier'
          ? nameOf(each.imported)
          : each.type === 'ImportDefaultSpecifier'
            ? 'default'
            : '*',
      );
      add(node, node.source, { typeOnly: node.importKind === 'type', reExport: false, names });
    } else if (node.type === 'ExportNamedDeclaration') {
      const names = node.specifiers.map((each) => nameOf(each.local));
      add(node, node.source, { typeOnly: node.exportKind === 'type', reExport: true, names });
    } else if (node.type === 'ExportAllDeclaration') {
      add(node, node.source, {
        typeOnly: node.exportKind === 'type',
        reExport: true,
        names: ['*'],
      });
    } else if (node.type === 'ImportExpression') {
      add(node, node.source, { typeOnly: false, reExport: false, names: ['*'] });
    } else if (node.type === 'TSImportType') {
      add(node, node.source, { typeOnly: true, reExport: false, names: ['*'] });
    }
  });
  return found;
}

/** The text of an identifier or of a quoted name. */
export function nameOf(node: Node): string {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name;
  return node.type === 'Literal' ? String(node.value) : '';
}
