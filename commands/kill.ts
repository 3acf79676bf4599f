// `dsys kill TARGET…`: ends processes at once, without a word to them; returns when they are gone.

import { signalNames } from '../src/cluster/signal-names.ts';
import { DsysCommand, Flags, type Input } from './cli/command.ts';
import { targetArgument, targetFlags } from './cli/flags.ts';
import { runAction } from './cli/node-action.ts';
import type { Shown } from './cli/output.ts';

export default class Kill extends DsysCommand<typeof Kill> {
  static override summary = 'end processes at once (SIGKILL)';
  static override group = 'break';
  static override args = { target: targetArgument };
  static override flags = {
    ...targetFlags,
    signal: Flags.option({ options: signalNames, helpValue: 'SIGNAL' })({
      default: 'SIGKILL',
      description: 'what to send instead of SIGKILL',
    }),
  };
  static override examples = [
    '<%= config.bin %> kill leader',
    '<%= config.bin %> kill node1,node3',
    '<%= config.bin %> kill minority --seed 7',
  ];

  async execute({ args, flags }: Input<typeof Kill>): Promise<Shown> {
    return runAction({ action: 'kill', words: [args.target].flat(), flags, signal: flags.signal });
  }
}
