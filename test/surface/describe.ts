// What users and scripts rely on, as text that a person can review in a diff: every verb with its
// arguments and flags, and the shape of a JSON value.

import { argumentText, flagText, type Verb, visibleFlags } from '../docs/manifest.ts';

/** One paragraph a verb. */
export function describeVerbs(verbs: readonly Verb[]): string {
  return `${verbs.map(describeVerb).join('\n\n')}\n`;
}

function describeVerb(verb: Verb): string {
  const usage = [verb.id, ...Object.values(verb.args).map(argumentText)].join(' ');
  const flags = visibleFlags(verb).map((flag) => {
    const value = flag.default === undefined ? '' : ` = ${JSON.stringify(flag.default)}`;
    return `  ${flagText(flag)}${value}`;
  });
  return [usage, ...flags].join('\n');
}

/**
 * One line a field, in its order: `nodes[].pid: null | number`. Elements of a list are described
 * together, and so are the entries of an object whose keys are data (`{}` in `dataKeys`).
 */
export function shapeOf(value: unknown, dataKeys: readonly string[] = []): string[] {
  const types = new Map<string, Set<string>>();
  const note = (path: string, type: string): void => {
    types.set(path, (types.get(path) ?? new Set()).add(type));
  };
  const visit = (inner: unknown, path: string): void => {
    if (Array.isArray(inner)) {
      if (inner.length === 0) note(`${path}[]`, 'nothing');
      for (const element of inner) visit(element, `${path}[]`);
    } else if (typeof inner === 'object' && inner !== null) {
      for (const [key, field] of Object.entries(inner)) {
        visit(field, `${path}.${dataKeys.includes(path) ? '{}' : key}`);
      }
    } else note(path, inner === null ? 'null' : typeof inner);
  };
  visit(value, '');
  return [...types].map(([path, found]) => `${path}: ${[...found].sort().join(' | ')}`);
}
