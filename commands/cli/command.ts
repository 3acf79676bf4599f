// The one command that every verb extends, and the doorway of @oclif/core. It always parses (oclif
// accepts unknown flags from a command that does not), prints in one place, and turns every error
// into its exit code.

import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { Config, Plugin } from '@oclif/core/config';
import * as Flags from '@oclif/core/flags';
import { Help } from '@oclif/core/help';
import type * as Interfaces from '@oclif/core/interfaces';
import { settings } from '@oclif/core/settings';
import { tellFailure } from './failure.ts';
import { type Output, type Shown, standardOutput } from './output.ts';

export { Args, Command, Config, Flags, Help, type Interfaces, Plugin, settings };

const globalFlags = {
  json: Flags.boolean({
    description: 'one JSON value on stdout, errors too',
    helpGroup: 'GLOBAL',
  }),
  quiet: Flags.boolean({ char: 'q', description: 'names only', helpGroup: 'GLOBAL' }),
};

export type FlagsOf<Verb extends typeof Command> = Interfaces.InferredFlags<
  Verb['flags'] & typeof globalFlags
>;
export type ArgsOf<Verb extends typeof Command> = Interfaces.InferredArgs<Verb['args']>;

/** What a verb gets: its own flags and arguments, parsed, and where to print while it runs. */
export interface Input<Verb extends typeof Command> {
  readonly flags: FlagsOf<Verb>;
  readonly args: ArgsOf<Verb>;
  readonly output: Output;
}

export abstract class DsysCommand<Verb extends typeof Command> extends Command {
  static override baseFlags = globalFlags;

  /** Under which heading `dsys --help` lists the verb. */
  static group = 'more';

  /** Does the verb's work; what it returns is printed. */
  abstract execute(input: Input<Verb>): Promise<Shown>;

  /** Runs it as it was made; oclif's own way would look for all plugins a second time. */
  start(): Promise<unknown> {
    return this._run();
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(this.ctor as unknown as Verb);
    const output = standardOutput(flags as { json: boolean; quiet: boolean });
    const input = { flags, args, output } as unknown as Input<Verb>;
    await output.finish(await this.execute(input));
  }

  /** Prints the error and sets the exit code; nothing escapes to oclif's own printer. */
  override async catch(cause: unknown): Promise<void> {
    tellFailure(cause, { argv: this.argv, verb: this.ctor });
  }
}
