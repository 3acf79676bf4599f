// `dsys stop TARGET…`: asks nodes to drain and end, and waits until they have.

import { DsysCommand, type Input } from './cli/command.ts';
import { durationFlag, targetArgument, targetFlags } from './cli/flags.ts';
import { runAction } from './cli/node-action.ts';
import type { Shown } from './cli/output.ts';

export default class Stop extends DsysCommand<typeof Stop> {
  static override summary = 'let nodes drain and end';
  static override group = 'break';
  static override args = { target: targetArgument };
  static override flags = {
    ...targetFlags,
    timeout: durationFlag({ description: 'wait at most this long (default 10s)' }),
  };
  static override examples = ['<%= config.bin %> stop node2', '<%= config.bin %> stop followers'];

  async execute({ args, flags }: Input<typeof Stop>): Promise<Shown> {
    return runAction({ action: 'stop', words: [args.target].flat(), flags });
  }
}
