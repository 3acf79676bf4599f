// `dsys replace NODE`: a node whose disk is lost or damaged gets a new one.

import { openCluster } from '../src/cluster/cluster.ts';
import { durationText } from '../src/terminal/quantities.ts';
import { Args, DsysCommand, type Input } from './cli/command.ts';
import { clusterFlag, durationFlag } from './cli/flags.ts';
import { withProgress } from './cli/membership.ts';
import type { Shown } from './cli/output.ts';

const defaultTimeoutMs = 120_000;

export default class Replace extends DsysCommand<typeof Replace> {
  static override summary = 'give a dead node a new disk';
  static override group = 'grow';
  static override args = {
    node: Args.string({ required: true, ignoreStdin: true, description: 'node2, or 2' }),
  };
  static override flags = {
    ...clusterFlag,
    timeout: durationFlag({ description: 'wait at most this long (default 2m)' }),
  };
  static override examples = ['<%= config.bin %> replace node2'];

  async execute({ args, flags, output }: Input<typeof Replace>): Promise<Shown> {
    const cluster = await openCluster(flags.name);
    const { replaceNode } = await import('../src/cluster/replace.ts');
    const timeoutMs = flags.timeout ?? defaultTimeoutMs;
    const replaced = await withProgress(output, timeoutMs, (limit, tell) =>
      replaceNode(cluster, { node: args.node, limit }, tell),
    );
    const { node, pid, moved, durationMs, kept } = replaced;
    return {
      json: { cluster: { name: cluster.paths.name }, ...replaced },
      text: () => [
        `${node} has a new disk (pid ${pid}): ${moved} replicas moved in ${durationText(durationMs)}`,
        kept === null
          ? 'of its old directory nothing was left'
          : `its old directory is kept: ${kept}`,
      ],
      names: [node],
    };
  }
}
