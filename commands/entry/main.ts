// The entry of the command line: finds the verb, shows help, or runs it. Unknown verbs are usage
// errors here, before oclif can look for them.

import { packageRoot } from '../../src/cluster/package-root.ts';
import { exitCodes } from '../../src/errors.ts';
import { asDsysError, failureText } from '../../src/terminal/failure.ts';
import { Config, Help, settings } from '../cli/command.ts';
import { tellFailure, unknownVerb, wantsJson } from '../cli/failure.ts';
import { rootHelpJson, verbHelpJson } from '../cli/help-json.ts';
import { interrupt } from '../cli/interrupt.ts';
import { rootHelp } from '../cli/root-help.ts';
import { VerbConfig } from './verb-config.ts';
import { type VerbLoader, verbs } from './verbs.ts';

/** The parts of `process` that only the entry may use. */
export interface World {
  readonly argv: readonly string[];
  once(event: 'beforeExit', listener: () => void): unknown;
  once(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): void;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const helpFlags = ['--help', '-h'];

/** Runs the command line to its end; the exit code is set, the process ends by itself. */
export async function main(world: World): Promise<void> {
  settings.enableAutoTranspile = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    world.once(signal, () => onInterrupt(world));
  }
  watchStreams(world);
  const argv = world.argv.slice(2);
  const told = { argv, verb: {} };
  let settled = false;
  // Node calls that a success.
  world.once('beforeExit', () => {
    if (!settled)
      tellFailure(new Error('nothing is left to wait for, and the verb has not ended'), told);
  });
  try {
    await dispatch(argv);
  } catch (cause) {
    tellFailure(cause, told);
  }
  settled = true;
}

async function dispatch(argv: readonly string[]): Promise<void> {
  const words = verbFirst(argv);
  const [verb, ...rest] = words[0] === 'help' ? helpWords(words) : words;
  const asked = { json: wantsJson(argv), load: loaderOf(verb) };
  if (verb === undefined || helpFlags.includes(verb)) return showRootHelp(asked);
  if (verb === '--version') return showVersion(asked);
  if (asked.load === undefined) throw unknownVerb(verb, Object.keys(verbs));
  if (asksForHelp(rest)) return showHelp(verb, asked);
  const { default: Verb } = await asked.load();
  Verb.id = verb;
  await new Verb(rest, new VerbConfig()).start();
}

function loaderOf(verb = ''): VerbLoader | undefined {
  return Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
}

interface Asked {
  readonly json: boolean;
}

async function showRootHelp({ json }: Asked): Promise<void> {
  const config = await wholeConfig();
  print(json ? jsonLine(rootHelpJson(config)) : rootHelp(config));
}

async function showVersion({ json }: Asked): Promise<void> {
  const { version } = await wholeConfig();
  print(json ? jsonLine({ schema: 1, version }) : `dsys ${version}\n`);
}

async function showHelp(verb: string, { json }: Asked): Promise<void> {
  const config = await wholeConfig();
  if (json) print(jsonLine(verbHelpJson(config.findCommand(verb, { must: true }))));
  else await new Help(config, { maxWidth: 100 }).showHelp([verb]);
}

function wholeConfig(): Promise<Config> {
  return Config.load({ root: packageRoot() });
}

/** `dsys --json put …` is `dsys put --json …`. */
function verbFirst(argv: readonly string[]): readonly string[] {
  const [first, verb, ...rest] = argv;
  if (first !== '--json') return argv;
  return verb === undefined ? [] : [verb, first, ...rest];
}

/** `dsys help put` is `dsys put --help`. */
function helpWords(words: readonly string[]): readonly string[] {
  return [words.slice(1).find((word) => !word.startsWith('-')) ?? '--help', '--help'];
}

/**
 * Who reads may leave at any time (`dsys scan | head -1`): that is no error. Output that is lost
 * otherwise is one, told on stderr; what is lost on stderr has nowhere to be told.
 */
function watchStreams(world: World): void {
  let lost = false;
  // oclif has a listener of its own, which throws.
  world.stdout.removeAllListeners('error');
  world.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!lost) onOutputLost(error, world);
    lost = true;
  });
  world.stderr.on('error', () => undefined);
}

/** Work that must clean up first does so, as after Ctrl-C. */
function onOutputLost(error: NodeJS.ErrnoException, world: World): void {
  const left = error.code === 'EPIPE';
  const failure = asDsysError(error);
  if (!left) world.stderr.write(failureText(failure));
  if (!interrupt()) world.exit(left ? exitCodes.done : failure.exitCode);
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).some((word) => helpFlags.includes(word));
}

function onInterrupt(world: World): void {
  if (interrupt()) world.once('SIGINT', () => world.exit(exitCodes.interrupted));
  else world.exit(exitCodes.interrupted);
}

const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;

function print(text: string): void {
  process.stdout.write(text);
}
