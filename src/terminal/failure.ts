// How an error is told: to a person on stderr, to a script as CLI.md's JSON object on stdout. A
// stack trace is shown only for a bug, and only with DSYS_DEBUG=1.

import { DsysError } from '../errors.ts';
import { paletteFor } from './palette.ts';

export interface FailureJson {
  readonly schema: 1;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly retryable: boolean;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

/** Every error as an expected one; what is not is a bug in dsys. */
export function asDsysError(cause: unknown): DsysError {
  if (cause instanceof DsysError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const disk = diskFailure(cause, message);
  if (disk !== null) return disk;
  return new DsysError({
    code: 'internal',
    message: `this is a bug in dsys: ${message}`,
    hint: 'run it again with DSYS_DEBUG=1 and report what it prints',
    cause,
  });
}

const unusable = ['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR', 'EIO', 'EMFILE', 'ENFILE'];

/** What the file system refused is no bug: the disk is full, or the file is not ours. */
function diskFailure(cause: unknown, message: string): DsysError | null {
  const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (['ENOSPC', 'EDQUOT'].includes(errno)) {
    const hint = 'free some space, then run it again';
    return new DsysError({
      code: 'disk-full',
      message: `the disk is full: ${message}`,
      hint,
      cause,
    });
  }
  if (!unusable.includes(errno)) return null;
  const hint = 'see who owns DSYS_HOME; dsys doctor checks this machine';
  const what = 'a file of DSYS_HOME cannot be used';
  return new DsysError({ code: 'home-unusable', message: `${what}: ${message}`, hint, cause });
}

export function failureJson(error: DsysError): FailureJson {
  const { code, message, hint, retryable, details } = error;
  return {
    schema: 1,
    error: { code, message, hint, retryable, details: withOutcome(error, details) },
  };
}

/** Lines for stderr. */
export function failureText(error: DsysError): string {
  const { red, dim } = paletteFor(process.stderr);
  const lines = [`${red('✖')} ${error.message}`];
  if (error.hint !== '') lines.push(`  ${dim('→')} ${error.hint}`);
  if (error.code === 'internal' && process.env.DSYS_DEBUG === '1') lines.push(stackOf(error));
  return `${lines.join('\n')}\n`;
}

function withOutcome(
  error: DsysError,
  details: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return error.outcome === 'unknown' ? { ...details, outcome: 'unknown' } : details;
}

function stackOf(error: DsysError): string {
  const { cause } = error;
  return (cause instanceof Error ? cause.stack : error.stack) ?? '';
}
