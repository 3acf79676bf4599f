// `dsys start TARGET…`: starts nodes that are down, and waits until they answer.

import { DsysCommand, type Input } from './cli/command.ts';
import { durationFlag, targetArgument, targetFlags } from './cli/flags.ts';
import { runAction } from './cli/node-action.ts';
import type { Shown } from './cli/output.ts';

export default class Start extends DsysCommand<typeof Start> {
  static override summary = 'start nodes that are down';
  static override group = 'break';
  static override args = { target: targetArgument };
  static override flags = {
    ...targetFlags,
    timeout: durationFlag({ description: 'wait at most this long (default 10s)' }),
  };
  static override examples = ['<%= config.bin %> start node2', '<%= config.bin %> start all'];

  async execute({ args, flags }: Input<typeof Start>): Promise<Shown> {
    return runAction({ action: 'start', words: [args.target].flat(), flags });
  }
}
