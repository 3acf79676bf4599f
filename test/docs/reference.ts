// The generated parts of README.md: error table, exit codes, command reference. Pure text from the
// code's own tables, so that the README cannot say anything else.

import { errorCodes, exitCodes } from '../../src/errors.ts';
import { argumentText, flagText, type Verb, visibleFlags } from './manifest.ts';

const global = new Set(['json', 'quiet']);

export function errorTable(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { exit, retryable, meaning }]) =>
      `| \`${code}\` | ${exit} | ${retryable ? 'yes' : 'no'} | ${meaning} |`,
  );
  return ['| code | exit | retryable | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done; `status` of a degraded cluster, truly reported, is 0 (`--exit-code` opts in to 1)',
  failed: 'failed for certain, or a check found a violation',
  unknown: 'outcome unknown: it was sent, no answer came, it may take effect later',
  unavailable: 'unavailable: the consistency level cannot be reached, or there is no leader',
  notFound: 'not found: cluster, node or key',
  conflict: 'conflict: port busy (names the process), already running, wrong size',
  usage: 'usage error, with a did-you-mean',
  bug: 'a bug in dsys',
  interrupted: 'interrupted by Ctrl-C',
};

export function exitTable(): string {
  const rows = Object.entries(exitCodes).map(
    ([name, code]) => `| ${code} | ${meanings[name as keyof typeof exitCodes]} |`,
  );
  return ['| code | meaning |', '| --- | --- |', ...rows].join('\n');
}

export function commandReference(verbs: readonly Verb[]): string {
  return verbs.map(section).join('\n\n');
}

function section(verb: Verb): string {
  const usage = ['dsys', verb.id, ...Object.values(verb.args).map(argumentText)].join(' ');
  const own = visibleFlags(verb).filter((flag) => !global.has(flag.name));
  const flags = own.map(
    (flag) => `| \`${flagText(flag).replaceAll('|', '\\|')}\` | ${aboutFlag(flag)} |`,
  );
  const table = flags.length === 0 ? [] : ['', '| flag | meaning |', '| --- | --- |', ...flags];
  return [`### \`${usage}\``, '', firstLine(verb.summary ?? verb.description ?? ''), ...table].join(
    '\n',
  );
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').replaceAll('|', '\\|');

function aboutFlag(flag: { description?: string; default?: unknown }): string {
  const text = firstLine(flag.description ?? '');
  const plain = typeof flag.default === 'string' || typeof flag.default === 'number';
  return plain ? `${text} (default ${flag.default})` : text;
}

/** What stands between `<!-- name -->` and `<!-- /name -->`, without the blank lines around it. */
export function blockOf(text: string, name: string): string | null {
  const found = new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)\\n<!-- /${name} -->`).exec(text);
  return found?.[1]?.trim() ?? null;
}

export function withBlock(
  text: string,
  block: { readonly name: string; readonly content: string },
): string {
  const { name, content } = block;
  const place = new RegExp(`<!-- ${name} -->\\n[\\s\\S]*?\\n<!-- /${name} -->`);
  return text.replace(place, () => `<!-- ${name} -->\n\n${content}\n\n<!-- /${name} -->`);
}
