// `dsys pause TARGET…`: stops the processes where they are (SIGSTOP): silent, but not dead.

import { DsysCommand, type Input } from './cli/command.ts';
import { targetArgument, targetFlags } from './cli/flags.ts';
import { runAction } from './cli/node-action.ts';
import type { Shown } from './cli/output.ts';

export default class Pause extends DsysCommand<typeof Pause> {
  static override summary = 'freeze processes (SIGSTOP)';
  static override group = 'break';
  static override args = { target: targetArgument };
  static override flags = targetFlags;
  static override examples = ['<%= config.bin %> pause leader'];

  async execute({ args, flags }: Input<typeof Pause>): Promise<Shown> {
    return runAction({ action: 'pause', words: [args.target].flat(), flags });
  }
}
