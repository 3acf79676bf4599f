// The entry of the command line: finds the verb, shows help, or runs it. Unknown verbs are usage
// errors here, before oclif can look for them.

import { packageRoot } from '../../src/cluster/package-root.ts';
import { exitCodes } from '../../src/errors.ts';
import { Config, Help, settings } from './command.ts';
import { tellFailure, unknownVerb } from './failure.ts';
import { interrupt } from './interrupt.ts';
import { rootHelp } from './root-help.ts';

/** The parts of `process` that only the entry may use. */
export interface World {
  readonly argv: readonly string[];
  once(event: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): void;
  readonly stdout: NodeJS.WriteStream;
}

const helpFlags = ['--help', '-h'];

/** Runs the command line to its end; the exit code is set, the process ends by itself. */
export async function main(world: World): Promise<void> {
  settings.enableAutoTranspile = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    world.once(signal, () => onInterrupt(world));
  }
  world.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') world.exit(exitCodes.done);
  });
  const argv = world.argv.slice(2);
  try {
    await dispatch(argv);
  } catch (cause) {
    tellFailure(cause, { argv, verb: {} });
  }
}

async function dispatch(argv: readonly string[]): Promise<void> {
  const config = await Config.load({ root: packageRoot() });
  const [verb, ...rest] = argv[0] === 'help' ? [argv[1] ?? '--help', '--help'] : argv;
  if (verb === undefined || helpFlags.includes(verb)) return print(rootHelp(config));
  if (verb === '--version') return print(`dsys ${config.version}\n`);
  if (config.findCommand(verb) === undefined) throw unknownVerb(verb, config.commandIDs);
  if (asksForHelp(rest)) return new Help(config, { maxWidth: 100 }).showHelp([verb]);
  await config.runCommand(verb, rest);
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).some((word) => helpFlags.includes(word));
}

function onInterrupt(world: World): void {
  if (interrupt()) world.once('SIGINT', () => world.exit(exitCodes.interrupted));
  else world.exit(exitCodes.interrupted);
}

function print(text: string): void {
  process.stdout.write(text);
}
