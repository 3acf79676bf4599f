// `dsys restart TARGET…`: stops nodes that run, then starts them.

import { DsysCommand, type Input } from './cli/command.ts';
import { durationFlag, targetArgument, targetFlags } from './cli/flags.ts';
import { runAction } from './cli/node-action.ts';
import type { Shown } from './cli/output.ts';

export default class Restart extends DsysCommand<typeof Restart> {
  static override summary = 'stop and start nodes';
  static override group = 'break';
  static override args = { target: targetArgument };
  static override flags = {
    ...targetFlags,
    timeout: durationFlag({ description: 'wait at most this long (default 10s)' }),
  };
  static override examples = ['<%= config.bin %> restart leader'];

  async execute({ args, flags }: Input<typeof Restart>): Promise<Shown> {
    return runAction({ action: 'restart', words: [args.target].flat(), flags });
  }
}
