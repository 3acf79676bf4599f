// `dsys down [NODE…]`: stops nodes, keeps their data.

import { Args, DsysCommand, type Input } from './cli/command.ts';
import { clusterFlag, durationFlag } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';

const defaultTimeoutMs = 10_000;

export default class Down extends DsysCommand<typeof Down> {
  static override summary = 'stop a cluster; its data is kept';
  static override group = 'cluster';
  static override args = {
    node: Args.string({ multiple: true, ignoreStdin: true, description: 'only these nodes' }),
  };
  static override flags = {
    ...clusterFlag,
    timeout: durationFlag({ description: 'wait at most this long (default 10s)' }),
  };

  async execute({ args, flags, output }: Input<typeof Down>): Promise<Shown> {
    const { openStoppable, stopNodes } = await import('../src/cluster/down.ts');
    const cluster = await openStoppable(flags.name);
    const { damage } = cluster;
    if (damage !== null) output.note(`nodes are found by their processes alone, because ${damage}`);
    const words = args.node === undefined ? [] : [args.node].flat();
    const result = await stopNodes(cluster, words, flags.timeout ?? defaultTimeoutMs);
    const { stopped, already } = result;
    return {
      json: { cluster: { name: cluster.paths.name }, ...result, damage },
      text: () => [
        ...stopped.map((node) => `stopped ${node}`),
        ...already.map((node) => `${node} was not running`),
      ],
      names: stopped,
    };
  }
}
