// Constructs that the house does not use, found in the syntax tree.

import {
  lineAt,
  type Node,
  nameOf,
  type Rule,
  type SourceFile,
  type Violation,
  walk,
} from './source.ts';

type Check = (node: Node, file: SourceFile, parent: Node | null) => string | null;

const everyNode =
  (rule: string, applies: (path: string) => boolean, check: Check): Rule =>
  (tree) =>
    [...tree.values()]
      .filter((file) => applies(file.path))
      .flatMap((file) => {
        const found: Violation[] = [];
        walk(file.program, (node, parent) => {
          const message = check(node, file, parent);
          if (message !== null)
            found.push({ file: file.path, line: lineAt(file.text, node.start), rule, message });
        });
        return found;
      });

const everywhere = (): boolean => true;
const inHouse = (path: string): boolean => /^(src|commands|bench)\//.test(path);

/** `a.b` of a call or a member; null for anything else. */
function dotted(node: Node): string | null {
  if (node.type === 'ChainExpression') return dotted(node.expression);
  if (node.type !== 'MemberExpression' || node.computed) return null;
  const object = node.object.type === 'Identifier' ? node.object.name : '';
  return `${object}.${nameOf(node.property)}`;
}

export const noEmptyCatch = everyNode('empty-catch', everywhere, (node) => {
  const says = 'an error disappears here: handle it, count it, or rethrow it';
  if (node.type === 'CatchClause') return node.body.body.length === 0 ? says : null;
  if (node.type !== 'CallExpression' || !(dotted(node.callee) ?? '').endsWith('.catch'))
    return null;
  const [swallow] = node.arguments;
  const empty =
    swallow?.type === 'ArrowFunctionExpression' &&
    swallow.body?.type === 'BlockStatement' &&
    swallow.body.body.length === 0;
  return empty ? says : null;
});

/** Only the process itself decides when it ends: its entry in bin/, and the node's main. */
const ownsProcess = (path: string): boolean =>
  path.startsWith('bin/') || path === 'src/runtime/main.ts';

export const exitOnlyAtTheEdge = everyNode(
  'process-exit',
  (path) => !ownsProcess(path),
  (node) => {
    if (node.type !== 'CallExpression') return null;
    const callee = dotted(node.callee);
    if (callee === 'process.exit' || callee === 'process.abort') {
      return 'throw a DsysError (its code gives the exit code); only bin/ and main.ts exit';
    }
    const [first] = node.arguments;
    const signal = first?.type === 'Literal' && /^SIG/.test(String(first.value));
    return signal && /^process\.(on|once|addListener|prependListener)$/.test(callee ?? '')
      ? 'take an AbortSignal; only bin/ and runtime/main.ts listen to signals'
      : null;
  },
);

const mayExportDefault = (path: string): boolean =>
  path.startsWith('commands/') || /\.config\.ts$/.test(path);

export const namedExportsOnly = everyNode(
  'default-export',
  (path) => !mayExportDefault(path),
  (node) =>
    node.type === 'ExportDefaultDeclaration'
      ? 'export it by name; only commands and tool configurations have a default'
      : null,
);

export const hashPrivate = everyNode('private', inHouse, (node) => {
  // A constructor has no #name: there the modifier is the only way.
  if (node.type === 'MethodDefinition' && node.kind === 'constructor') return null;
  const accessibility = 'accessibility' in node ? node.accessibility : null;
  return accessibility === 'private' || accessibility === 'protected'
    ? `"${accessibility}" is only a wish at run time: write #name`
    : null;
});

export const erasableSyntax = everyNode('erasable', everywhere, (node) => {
  if (node.type === 'TSEnumDeclaration') return 'write a union of literals instead of an enum';
  return node.type === 'TSModuleDeclaration' && node.kind !== 'global'
    ? 'write a file instead of a namespace'
    : null;
});

/** Errors are told apart by code, never by what they say. */
export const noComparedMessages = everyNode('compared-message', inHouse, (node) => {
  const says = 'do not tell errors apart by their text: compare the code';
  const isMessage = (each: Node): boolean => (dotted(each) ?? '').endsWith('.message');
  const isText = (each: Node): boolean => each.type === 'Literal' && typeof each.value === 'string';
  if (node.type === 'BinaryExpression' && /^[!=]==?$/.test(node.operator)) {
    return (isMessage(node.left) && isText(node.right)) ||
      (isMessage(node.right) && isText(node.left))
      ? says
      : null;
  }
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return null;
  const method = nameOf(node.callee.property);
  return /^(includes|startsWith|endsWith|match|indexOf|search)$/.test(method) &&
    isMessage(node.callee.object)
    ? says
    : null;
});

const isQuickTest = (path: string): boolean =>
  /\.test\.ts$/.test(path) && !/\.process\.test\.ts$/.test(path);
const timers = new Set(['setTimeout', 'setInterval']);

/**
 * Quick tests run on virtual time; process tests "wait until, with a limit" in one shared place.
 */
export const noSleepingTests = everyNode('sleeping-test', isQuickTest, (node, _file, parent) => {
  const says = 'use virtual time, or wait for an event; what needs real time is a .process.test';
  if (node.type === 'ImportDeclaration' && /^(node:)?timers/.test(node.source.value)) return says;
  const called =
    node.type === 'CallExpression' &&
    node.callee.type === 'Identifier' &&
    timers.has(node.callee.name);
  const passed =
    node.type === 'Identifier' &&
    timers.has(node.name) &&
    parent?.type === 'CallExpression' &&
    parent.callee !== node;
  return called || passed ? says : null;
});

/** A test that is left out or alone says nothing about the rest. */
export const noLonelyTests = everyNode(
  'lonely-test',
  (path) => path.startsWith('test/'),
  (node) => {
    if (node.type !== 'MemberExpression') return null;
    const callee = dotted(node) ?? '';
    return /^(it|test|describe)\.(only|skip|todo|fails)$/.test(callee)
      ? `${callee} hides other tests or itself: run it or delete it`
      : null;
  },
);
