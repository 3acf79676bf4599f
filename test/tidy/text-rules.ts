// What files are called, how they open, and words that no line may hold.

import { roomOf } from './rooms.ts';
import {
  type Comment,
  lineAt,
  type Node,
  nameOf,
  type Rule,
  type SourceFile,
  type Violation,
  walk,
} from './source.ts';

const bannedWords = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'misc',
  'manager',
  'handler',
  'handlers',
  'service',
  'services',
  'base',
]);

/** `PeerManager`, `peer_manager` and `peer-manager` → peer, manager. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);

const bannedIn = (name: string): string | undefined =>
  wordsOf(name).find((word) => bannedWords.has(word));

const says = (word: string): string => `"${word}" says nothing: name what it holds or does`;

/** Files, folders, and what code declares as types, classes and functions. */
export const wordsOfNames: Rule = (tree) =>
  [...tree.values()].flatMap((file) => {
    const inPath = file.path
      .split('/')
      .map(bannedIn)
      .find((word) => word !== undefined);
    const own: Violation[] =
      inPath === undefined
        ? []
        : [{ file: file.path, line: 1, rule: 'name', message: says(inPath) }];
    return [...own, ...declaredNames(file)];
  });

const declarations = new Set<Node['type']>([
  'ClassDeclaration',
  'FunctionDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
]);

function declaredNames(file: SourceFile): Violation[] {
  const found: Violation[] = [];
  walk(file.program, (node) => {
    const named =
      declarations.has(node.type) && 'id' in node && node.id !== null
        ? nameOf(node.id as Node)
        : '';
    const method =
      node.type === 'MethodDefinition' && node.kind === 'method' ? nameOf(node.key) : '';
    const word = bannedIn(named) ?? bannedIn(method);
    if (word !== undefined)
      found.push({
        file: file.path,
        line: lineAt(file.text, node.start),
        rule: 'name',
        message: says(word),
      });
  });
  return found;
}

/** The folder gives the domain, so the file does not repeat it: `raft/log.ts`. */
export const fileNames: Rule = (tree) =>
  [...tree.keys()].flatMap((path) => {
    const parts = path.split('/');
    const file = parts.at(-1) ?? '';
    const folder = parts.at(-2) ?? '';
    const violation = (message: string): Violation[] => [
      { file: path, line: 1, rule: 'file-name', message },
    ];
    if (parts.some((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(part)))
      return violation('use kebab-case: only a-z, 0-9 and -');
    if (path.startsWith('src/') && file.startsWith(`${folder}-`))
      return violation(`drop "${folder}-": the folder says it`);
    return [];
  });

const isDirective = (text: string): boolean => text.startsWith('#!');

/** What it is and what it guarantees, before the first line of code. */
export const opensWithComment: Rule = (tree) =>
  [...tree.values()].flatMap((file) => {
    const first = file.lines.find((line) => line.trim() !== '' && !isDirective(line)) ?? '';
    if (/^(\/\/|\/\*)/.test(first) && first.replace(/\W/g, '').length >= 12) return [];
    return [
      {
        file: file.path,
        line: 1,
        rule: 'opening',
        message: 'open with 1–6 lines: what this file is and what it guarantees',
      },
    ];
  });

const eachComment =
  (rule: string, check: (text: string, comment: Comment) => string | null): Rule =>
  (tree) =>
    [...tree.values()].flatMap((file) =>
      file.comments.flatMap((comment) => {
        const message = check(comment.value, comment);
        return message === null
          ? []
          : [{ file: file.path, line: lineAt(file.text, comment.start), rule, message }];
      }),
    );

// The brackets keep this file itself from holding the words.
const leftOpen = /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/;
const silenced = /(biome-[i]gnore|@ts-[i]gnore|@ts-[e]xpect-error|@ts-[n]ocheck|eslint-[d]isable)/;

export const nothingLeftOpen = eachComment('left-open', (text) => {
  if (leftOpen.test(text)) return 'do it now, or write it down in the issue';
  return silenced.test(text) ? 'satisfy the checker instead of silencing it' : null;
});

/** A comment that parses like a statement was code once. */
export const noCommentedCode = eachComment('commented-code', (text, comment) =>
  comment.type === 'Line' &&
  /^\s*(const|let|import|return|if|for|await|export)\b.*[;{]\s*$/.test(text)
    ? 'delete the dead code: the history keeps it'
    : null,
);

/** Nothing in the repository may name a directory of somebody's machine. */
export const noMachinePaths: Rule = (tree) =>
  [...tree.values()]
    .filter((file) => roomOf(file.path) !== null)
    .flatMap((file) =>
      file.lines.flatMap((text, index) =>
        /['"`](\/work\/|\/home\/|\/Users\/|\/root\/)/.test(text)
          ? [
              {
                file: file.path,
                line: index + 1,
                rule: 'machine-path',
                message: 'take the path as an option or from DSYS_HOME',
              },
            ]
          : [],
      ),
    );
