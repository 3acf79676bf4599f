// `dsys status [NODE]`: a live probe of every node, never a remembered belief.

import { openCluster } from '../src/cluster/cluster.ts';
import { Args, DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';
import { shownStatus, views } from './cli/status.ts';
import { watchStatus } from './cli/watch-status.ts';

export default class Status extends DsysCommand<typeof Status> {
  static override summary = 'what each node is and does now';
  static override group = 'look';
  static override args = {
    node: Args.string({ ignoreStdin: true, description: 'only this node' }),
  };
  static override flags = {
    ...clusterFlag,
    watch: Flags.boolean({ char: 'w', description: 'look again until Ctrl-C' }),
    view: Flags.option({ options: views })({
      default: 'nodes' as const,
      description: 'what to show',
    }),
    verbose: Flags.boolean({ char: 'v', description: 'the raft and links views too' }),
    'exit-code': Flags.boolean({ description: 'exit with 1 when the cluster is degraded' }),
  };

  async execute({ args, flags, output }: Input<typeof Status>): Promise<Shown> {
    const cluster = await openCluster(flags.name);
    const { node } = args;
    const { view, verbose, 'exit-code': exitCode } = flags;
    if (flags.watch) return watchStatus(cluster, { node, view, verbose, output });
    return shownStatus(cluster, { node, view, verbose, exitCode });
  }
}
