// `dsys leave NODE`: a node hands over everything that it holds, and goes.

import { openCluster } from '../src/cluster/cluster.ts';
import { durationText } from '../src/terminal/quantities.ts';
import { Args, DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag, durationFlag } from './cli/flags.ts';
import { withProgress } from './cli/membership.ts';
import type { Shown } from './cli/output.ts';

const defaultTimeoutMs = 120_000;

export default class Leave extends DsysCommand<typeof Leave> {
  static override summary = 'take a node out, when it has handed over';
  static override group = 'grow';
  static override args = {
    node: Args.string({ required: true, ignoreStdin: true, description: 'node2, or 2' }),
  };
  static override flags = {
    ...clusterFlag,
    force: Flags.boolean({
      description: 'also when it is down, or fewer copies stay; its directory is kept then',
    }),
    timeout: durationFlag({ description: 'wait at most this long (default 2m)' }),
  };
  static override examples = ['<%= config.bin %> leave node4'];

  async execute({ args, flags, output }: Input<typeof Leave>): Promise<Shown> {
    const cluster = await openCluster(flags.name);
    const { leaveCluster } = await import('../src/cluster/leave.ts');
    const { force = false } = flags;
    const left = await withProgress(output, flags.timeout ?? defaultTimeoutMs, (limit, tell) =>
      leaveCluster(cluster, { node: args.node, force, limit }, tell),
    );
    const { node, moved, durationMs, kept } = left;
    const gone = 'its directory is removed: nothing is in it that others do not have';
    const stays = `writes that only it had may be in its directory, which is kept: ${kept}`;
    return {
      json: { cluster: { name: cluster.paths.name }, ...left },
      text: () => [
        `${node} left: ${moved} groups let go of it in ${durationText(durationMs)}`,
        kept === null ? gone : stays,
      ],
      names: [node],
    };
  }
}
