// How large a thing may be: one screen, one idea.

import { roomOf } from './rooms.ts';
import {
  lineAt,
  type Node,
  nameOf,
  type Rule,
  type SourceFile,
  type Violation,
  walk,
} from './source.ts';

export const sizes = {
  fileLines: 400,
  functionLines: 70,
  runLines: 24,
  columns: 110,
  parameters: 3,
} as const;

export const fileSize: Rule = (tree) =>
  [...tree.values()]
    .filter((file) => file.lines.length - 1 > sizes.fileLines)
    .map((file) => ({
      file: file.path,
      line: sizes.fileLines,
      rule: 'file-size',
      message: `${file.lines.length - 1} lines, at most ${sizes.fileLines}: split it at the second idea`,
    }));

/** The sentence that names a test may be as long as the paper's. */
const counted = (file: SourceFile, text: string): string =>
  file.path.startsWith('test/') ? text.replace(/(['"`]).*\1/, '') : text;

/** The formatter wraps code at 100; only comments and strings can pass it, and those stop here. */
export const lineLength: Rule = (tree) =>
  [...tree.values()].flatMap((file) =>
    file.lines.flatMap((text, index) => {
      const columns = [...counted(file, text)].length;
      if (columns <= sizes.columns) return [];
      const message = `${columns} columns, at most ${sizes.columns}: wrap the comment`;
      return [{ file: file.path, line: index + 1, rule: 'line-length', message }];
    }),
  );

function functionsOf(
  file: SourceFile,
): { node: Node; name: string; lines: number; parameters: number }[] {
  const found: { node: Node; name: string; lines: number; parameters: number }[] = [];
  walk(file.program, (node, parent) => {
    if (
      node.type !== 'FunctionDeclaration' &&
      node.type !== 'FunctionExpression' &&
      node.type !== 'ArrowFunctionExpression'
    ) {
      return;
    }
    const whole = parent !== null && parent.type === 'MethodDefinition' ? parent : node;
    const lines = lineAt(file.text, whole.end) - lineAt(file.text, whole.start) + 1;
    found.push({
      node: whole,
      name: functionName(node, parent),
      lines,
      parameters: node.params.length,
    });
  });
  return found;
}

function functionName(node: Node, parent: Node | null): string {
  if (parent !== null && 'key' in parent) return nameOf(parent.key as Node);
  if (parent !== null && parent.type === 'VariableDeclarator') return nameOf(parent.id);
  return 'id' in node && node.id !== null && node.id !== undefined
    ? nameOf(node.id as Node)
    : 'a function';
}

const inHouse = (file: SourceFile): boolean => roomOf(file.path) !== null;

export const functionSize: Rule = (tree) =>
  [...tree.values()].filter(inHouse).flatMap((file) =>
    functionsOf(file)
      .filter(({ lines }) => lines > sizes.functionLines)
      .map(
        ({ node, name, lines }): Violation => ({
          file: file.path,
          line: lineAt(file.text, node.start),
          rule: 'function-size',
          message: `${name} has ${lines} lines, at most ${sizes.functionLines}: name its steps`,
        }),
      ),
  );

export const parameterCount: Rule = (tree) =>
  [...tree.values()].filter(inHouse).flatMap((file) =>
    functionsOf(file)
      .filter(({ parameters }) => parameters > sizes.parameters)
      .map(
        ({ node, name, parameters }): Violation => ({
          file: file.path,
          line: lineAt(file.text, node.start),
          rule: 'parameters',
          message: `${name} takes ${parameters} parameters, at most ${sizes.parameters}: name them`,
        }),
      ),
  );

/**
 * A command parses, makes one call and prints; more than a screen means that it decides something.
 */
export const shortRun: Rule = (tree) =>
  [...tree.values()]
    .filter((file) => file.path.startsWith('commands/'))
    .flatMap((file) =>
      functionsOf(file)
        .filter(
          ({ name, lines }) => (name === 'run' || name === 'execute') && lines > sizes.runLines,
        )
        .map(
          ({ node, name, lines }): Violation => ({
            file: file.path,
            line: lineAt(file.text, node.start),
            rule: 'short-run',
            message: `${name}() has ${lines} lines, at most ${sizes.runLines}: move work to src/`,
          }),
        ),
    );
