// The end of a command that failed: oclif's parse errors become usage errors with a did-you-mean,
// everything else keeps its own code; told on stdout as JSON with --json, else on stderr; the exit
// code follows the code.

import { didYouMean } from '../../src/cluster/did-you-mean.ts';
import { DsysError } from '../../src/errors.ts';
import { asDsysError, failureJson, failureText } from '../../src/terminal/failure.ts';

/** The parts of a verb's class that a did-you-mean needs. */
export interface VerbFacts {
  readonly id?: string;
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  readonly baseFlags?: Readonly<Record<string, unknown>> | undefined;
}

/** Tells the error and sets the process's exit code. */
export function tellFailure(
  cause: unknown,
  context: { readonly argv: readonly string[]; readonly verb: VerbFacts },
): void {
  const error = expectedError(cause, context.verb);
  if (wantsJson(context.argv)) process.stdout.write(`${JSON.stringify(failureJson(error))}\n`);
  else process.stderr.write(failureText(error));
  process.exitCode = error.exitCode;
}

/** A verb that does not exist. */
export function unknownVerb(verb: string, verbs: readonly string[]): DsysError {
  const similar = didYouMean(verb, verbs);
  const what = verb.startsWith('-')
    ? `unknown flag ${verb}; flags come after the verb`
    : `unknown verb "${verb}"`;
  return new DsysError({
    code: 'usage',
    message: what,
    hint: similar === null ? 'dsys --help lists the verbs' : `did you mean: dsys ${similar}`,
    details: { verb, suggestion: similar },
  });
}

/** True when --json is among the arguments, before any `--`. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}

interface ParseError extends Error {
  readonly flags?: readonly string[];
  readonly args?: readonly { readonly name?: string }[] | readonly string[];
}

/** oclif's own errors carry an `oclif` property; ours never do. */
function isParseError(cause: unknown): cause is ParseError {
  return cause instanceof Error && !(cause instanceof DsysError) && 'oclif' in cause;
}

function expectedError(cause: unknown, verb: VerbFacts): DsysError {
  if (isParseError(cause)) return usageError(cause, verb);
  const error = asDsysError(cause);
  return error.code === 'usage' ? withPlainMessage(error) : error;
}

/** oclif wraps the message of an error that a flag's parser throws. */
function withPlainMessage(error: DsysError): DsysError {
  const { code, hint, details } = error;
  return new DsysError({ code, message: withoutHelpHint(error.message), hint, details });
}

function usageError(cause: ParseError, verb: VerbFacts): DsysError {
  const id = verb.id ?? '';
  const flag = Array.isArray(cause.flags) ? cause.flags[0] : undefined;
  if (flag !== undefined) return unknownFlag(flag, verb);
  const message = withoutHelpHint(cause.message);
  const suggestion = nearestValue(cause.message);
  return new DsysError({
    code: 'usage',
    message,
    hint: suggestion === null ? `dsys ${id} --help` : `did you mean ${suggestion}?`,
    details: suggestion === null ? { verb: id } : { verb: id, suggestion },
  });
}

/** `--consistency quorum`, when the value that was given is nearly one of those that there are. */
function nearestValue(message: string): string | null {
  const [, flag, found, options] = wrongValue.exec(withoutFrame(message)) ?? [];
  if (flag === undefined || found === undefined || options === undefined) return null;
  const similar = didYouMean(found, options.trim().split(/,\s*/));
  return similar === null ? null : `--${flag} ${similar}`;
}

function unknownFlag(flag: string, verb: VerbFacts): DsysError {
  const id = verb.id ?? '';
  const names = [...Object.keys({ ...verb.baseFlags, ...verb.flags }), 'help'];
  const similar = didYouMean(flag.replace(/^-+/, '').replace(/=.*$/, ''), names);
  return new DsysError({
    code: 'usage',
    message: `dsys ${id} has no flag ${flag}`,
    hint: similar === null ? `dsys ${id} --help lists its flags` : `did you mean --${similar}?`,
    details: { verb: id, flag, suggestion: similar === null ? null : `--${similar}` },
  });
}

const wrongValue = /^\s*Expected --(\S+?)=(.*) to be one of: (.*)/;

function withoutFrame(message: string): string {
  return message
    .replace(/\nSee more help with --help/g, '')
    .replace(/^The following errors? occurred:/, '');
}

/** oclif's words without its frame: "The following error occurred", "Parsing --x", "See more help". */
function withoutHelpHint(message: string): string {
  return withoutFrame(message)
    .replace(/^\s*Parsing (--\S+)\s*/, '$1: ')
    .replace(/^Missing (\d+) required args?:/, '$1 argument missing:')
    .replace(wrongValue, '--$1: found "$2"; it is one of $3')
    .replace(/Missing required flag (\S+)/g, 'the flag --$1 is missing')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}
