// The one error for everything that a user may run into, and its closed list of codes. A message
// says what was expected, what was found; the hint says what to do next. Bugs are not DsysErrors:
// they are assertions.

/** Exit codes of the command line (README, section Exit codes). */
export const exitCodes = {
  done: 0,
  failed: 1,
  unknown: 2,
  unavailable: 3,
  notFound: 4,
  conflict: 5,
  usage: 64,
  bug: 70,
  interrupted: 130,
} as const;

interface CodeFacts {
  readonly exit: number;
  readonly retryable: boolean;
  /** One line for the README's table. */
  readonly meaning: string;
}

const facts = (exit: number, retryable: boolean, meaning: string): CodeFacts => ({
  exit,
  retryable,
  meaning,
});

/**
 * Every code that dsys may show. Closed: adding one adds a row to the README (a test compares
 * them).
 */
export const errorCodes = {
  usage: facts(64, false, 'the command line is wrong; the message names the flag or verb'),
  'invalid-argument': facts(64, false, 'a key, value or option is outside its limits'),
  'config-invalid': facts(
    64,
    false,
    'a configuration file says something that dsys does not understand',
  ),
  'cluster-not-found': facts(4, false, 'no cluster of that name in DSYS_HOME'),
  'home-unusable': facts(1, false, 'a file or directory of DSYS_HOME cannot be used'),
  'node-not-found': facts(4, false, 'the cluster has no such node'),
  'key-not-found': facts(4, false, 'the key has no value'),
  'port-busy': facts(5, false, 'another process listens on a port that a node needs'),
  'already-exists': facts(5, false, 'a cluster or node of that name is there already'),
  'wrong-size': facts(5, false, 'the cluster runs with another number of nodes'),
  'still-running': facts(5, false, 'the cluster or node must be stopped first'),
  'member-needed': facts(5, false, 'the node cannot leave: data or votes would be missing'),
  'feature-missing': facts(3, true, 'a node runs an older version that does not know this yet'),
  'not-running': facts(3, true, 'the cluster or node is not running'),
  'start-failed': facts(1, false, 'a node did not come up; its last lines are shown'),
  'not-ready': facts(3, true, 'the cluster did not become ready in time'),
  unavailable: facts(3, true, 'too few replicas are reachable for the consistency level'),
  'not-at-all': facts(3, false, 'committed at quorum, but not applied on every replica'),
  overloaded: facts(3, true, 'a bound was reached; nothing was done; try again later'),
  'condition-failed': facts(1, false, '--if-version did not match; nothing was written'),
  'not-a-number': facts(1, false, 'increment of a value that is not a whole number'),
  'clock-ahead': facts(1, false, 'the clock of the sender is too far ahead'),
  'outcome-unknown': facts(
    2,
    false,
    'the request was sent, no answer came: it may take effect later',
  ),
  'session-expired': facts(2, false, 'a retried write is too old to be told from a new one'),
  timeout: facts(3, true, 'no answer in time; certainly no effect'),
  unauthorized: facts(1, false, 'the keys do not belong to this cluster'),
  'protocol-mismatch': facts(1, false, 'the other side speaks another protocol version'),
  'member-removed': facts(
    1,
    false,
    "the node is no member of its cluster any more; its data directory is nobody's",
  ),
  'storage-corrupt': facts(1, false, 'a file of a node is damaged; the node must be replaced'),
  'storage-format': facts(1, false, 'the data directory was written by another version of dsys'),
  'storage-foreign': facts(1, false, 'the data directory belongs to another cluster or node'),
  'storage-restored': facts(
    1,
    false,
    'the data directory is an older copy of itself; it has forgotten votes',
  ),
  'storage-wiped': facts(
    1,
    false,
    'the data directory is empty, but the cluster knows it as filled',
  ),
  'storage-locked': facts(5, false, 'another process uses the data directory'),
  'disk-full': facts(1, false, 'the disk is full; nothing acknowledged is lost'),
  'disk-failed': facts(1, false, 'the disk reported an error; the node stopped at once'),
  'drop-refused': facts(1, false, 'the user said no'),
  interrupted: facts(130, false, 'stopped by Ctrl-C'),
  internal: facts(70, false, 'a bug in dsys'),
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof errorCodes;

/** `failed`: certainly no effect. `unknown`: it may have taken effect, or may yet. */
export type FailureOutcome = 'failed' | 'unknown';

export interface DsysErrorOptions {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly outcome?: FailureOutcome;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An expected failure. Rejections of the library are always of this class. */
export class DsysError extends Error {
  override readonly name = 'DsysError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryable: boolean;
  readonly outcome: FailureOutcome;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(options: DsysErrorOptions) {
    super(options.message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = options.code;
    this.hint = options.hint ?? '';
    this.retryable = errorCodes[options.code].retryable;
    this.outcome = options.outcome ?? 'failed';
    this.details = options.details ?? {};
  }

  get exitCode(): number {
    return errorCodes[this.code].exit;
  }
}
