// What core may not touch, so that the same input gives the same output on every machine: time,
// chance, waiting, the process, and the language settings of the user.

import { lineAt, type Node, type Rule, type SourceFile, type Violation, walk } from './source.ts';

const replacements: Readonly<Record<string, string>> = {
  Date: 'take ticks or a hybrid timestamp as input',
  Promise: 'return what the host must do in the output',
  performance: 'take ticks as input',
  setTimeout: 'count ticks',
  setInterval: 'count ticks',
  setImmediate: 'return what the host must do in the output',
  queueMicrotask: 'return what the host must do in the output',
  process: 'take it as an option',
  Buffer: 'use Uint8Array and core/model/utf8.ts',
  console: 'emit an event in the output',
  crypto: 'use the seeded generator of core/model/random.ts',
  globalThis: 'take it as an option',
  Intl: 'order by code unit (compareIds)',
  WeakRef: 'the collector must not decide anything',
  require: 'import it',
};

/** A name that is used, not a property of that name: `Date.now()` yes, `row.process` no. */
function isUse(node: Node, parent: Node | null): boolean {
  if (parent === null) return true;
  if (parent.type === 'MemberExpression') return parent.computed || parent.object === node;
  if (parent.type === 'Property' || parent.type === 'PropertyDefinition')
    return parent.value === node || parent.computed;
  return parent.type !== 'TSPropertySignature' && parent.type !== 'MethodDefinition';
}

function impurity(node: Node, parent: Node | null): string | null {
  if (node.type === 'Identifier' && Object.hasOwn(replacements, node.name) && isUse(node, parent)) {
    return `${node.name} is not for core: ${replacements[node.name]}`;
  }
  if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier') {
    const whole =
      node.object.type === 'Identifier' ? `${node.object.name}.${node.property.name}` : '';
    if (whole === 'Math.random')
      return 'Math.random is not for core: use the seeded generator of core/model/random.ts';
    if (node.property.name.startsWith('toLocale') || node.property.name === 'localeCompare') {
      return `${node.property.name} depends on the user's language: order by code unit (compareIds)`;
    }
  }
  const waits =
    node.type === 'AwaitExpression' ||
    ('async' in node && node.async === true) ||
    ('await' in node && node.await === true);
  return waits ? 'a step of core never waits: return what the host must do in the output' : null;
}

export const corePurity: Rule = (tree) =>
  [...tree.values()].filter((file) => file.path.startsWith('src/core/')).flatMap(impuritiesOf);

function impuritiesOf(file: SourceFile): Violation[] {
  const found: Violation[] = [];
  walk(file.program, (node, parent) => {
    const message = impurity(node, parent);
    if (message !== null)
      found.push({
        file: file.path,
        line: lineAt(file.text, node.start),
        rule: 'core-purity',
        message,
      });
  });
  return found;
}
