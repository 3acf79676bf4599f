// The command line as the build describes it: .oclif.manifest.json, reduced to what a user can rely
// on.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tidy/tree.ts';

interface ManifestFlag {
  readonly name: string;
  readonly type: 'boolean' | 'option';
  readonly char?: string;
  readonly description?: string;
  readonly helpValue?: string;
  readonly options?: readonly string[];
  readonly default?: unknown;
  readonly multiple?: boolean;
  readonly required?: boolean;
  readonly hidden?: boolean;
}

interface ManifestArgument {
  readonly name: string;
  readonly required?: boolean;
  readonly multiple?: boolean;
  readonly description?: string;
}

export interface Verb {
  readonly id: string;
  readonly summary?: string;
  readonly description?: string;
  readonly group?: string;
  readonly hidden?: boolean;
  readonly strict?: boolean;
  readonly flags: Readonly<Record<string, ManifestFlag>>;
  readonly args: Readonly<Record<string, ManifestArgument>>;
}

/** Every verb that is not hidden, by name. Needs a build. */
export function readVerbs(): Verb[] {
  const text = readFileSync(join(root, '.oclif.manifest.json'), 'utf8');
  const { commands } = JSON.parse(text) as { commands: Record<string, Verb> };
  return Object.values(commands)
    .filter((verb) => verb.hidden !== true)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Longer lists of options (signals, which differ between systems) are named, not listed. */
const longestList = 8;

/** `--timeout TIME`, `--consistency one|quorum|all`, `-q, --quiet`. */
export function flagText(flag: ManifestFlag): string {
  const listed = (flag.options?.length ?? Infinity) <= longestList ? flag.options?.join('|') : null;
  const value = listed ?? flag.helpValue ?? flag.name.toUpperCase();
  const long = flag.type === 'boolean' ? `--${flag.name}` : `--${flag.name} ${value}`;
  return flag.char === undefined ? long : `-${flag.char}, ${long}`;
}

export function argumentText(argument: ManifestArgument): string {
  const name = argument.name.toUpperCase() + (argument.multiple === true ? '…' : '');
  return argument.required === true ? name : `[${name}]`;
}

export const visibleFlags = (verb: Verb): ManifestFlag[] =>
  Object.values(verb.flags)
    .filter((flag) => flag.hidden !== true)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
