// `dsys resume TARGET…`: lets paused processes go on (SIGCONT).

import { DsysCommand, type Input } from './cli/command.ts';
import { targetArgument, targetFlags } from './cli/flags.ts';
import { runAction } from './cli/node-action.ts';
import type { Shown } from './cli/output.ts';

export default class Resume extends DsysCommand<typeof Resume> {
  static override summary = 'wake paused processes (SIGCONT)';
  static override group = 'break';
  static override args = { target: targetArgument };
  static override flags = targetFlags;
  static override examples = ['<%= config.bin %> resume all'];

  async execute({ args, flags }: Input<typeof Resume>): Promise<Shown> {
    return runAction({ action: 'resume', words: [args.target].flat(), flags });
  }
}
