// `--help --json`: what the help says to people, for a script.

import type { Config } from './command.ts';
import { groupOf } from './root-help.ts';

type Verb = Config['commands'][number];
type Json = Readonly<Record<string, unknown>>;

/** Every verb, with its group and one line. */
export function rootHelpJson({ version, commands }: Config): Json {
  const verbs = commands
    .filter((verb) => !verb.hidden)
    .map((verb) => ({ name: verb.id, group: groupOf(verb), summary: verb.summary ?? null }));
  return { schema: 1, version, verbs };
}

/** One verb, with its arguments and flags. */
export function verbHelpJson({ id, summary, args, flags }: Verb): Json {
  return {
    schema: 1,
    verb: id,
    summary: summary ?? null,
    args: Object.values(args).map(argumentJson),
    flags: Object.values(flags)
      .filter((flag) => !flag.hidden)
      .map(flagJson),
  };
}

function argumentJson({ name, required, multiple, description }: Verb['args'][string]): Json {
  return {
    name,
    required: required ?? false,
    multiple: multiple ?? false,
    description: description ?? null,
  };
}

function flagJson(flag: Verb['flags'][string]): Json {
  const { name, char, type, required, description } = flag;
  const value = flag.type === 'option' ? flag : null;
  return {
    name,
    char: char ?? null,
    type,
    required: required ?? false,
    multiple: value?.multiple ?? false,
    options: value?.options ?? null,
    default: value?.default ?? null,
    description: description ?? null,
  };
}
