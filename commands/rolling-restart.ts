// `dsys rolling-restart`: every node once, one after the other, while the cluster goes on.

import { openCluster } from '../src/cluster/cluster.ts';
import { durationText } from '../src/terminal/quantities.ts';
import { DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag, durationFlag, numberFlag } from './cli/flags.ts';
import { canaryQuestion, withProgress } from './cli/membership.ts';
import type { Shown } from './cli/output.ts';

const defaultTimeoutMs = 60_000;

export default class RollingRestart extends DsysCommand<typeof RollingRestart> {
  static override summary = 'restart every node, one by one';
  static override group = 'grow';
  static override flags = {
    ...clusterFlag,
    canary: numberFlag({
      description: 'restart so many, watch them, and ask before the others',
      min: 0,
      max: 1000,
    })({ default: 0 }),
    'wait-healthy': Flags.boolean({
      description: 'before each node, wait until the cluster is healthy instead of giving up',
    }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask after the canary' }),
    timeout: durationFlag({ description: 'for each node (default 1m)' }),
  };
  static override examples = ['<%= config.bin %> rolling-restart --canary 1'];

  async execute({ flags, output }: Input<typeof RollingRestart>): Promise<Shown> {
    const cluster = await openCluster(flags.name);
    const { canary, 'wait-healthy': waitHealthy = false, yes = false } = flags;
    const goOn = canaryQuestion(canary, yes);
    const { restartRolling } = await import('../src/cluster/rolling-restart.ts');
    const startedAt = performance.now();
    const nodes = await withProgress(output, flags.timeout ?? defaultTimeoutMs, (limit, tell) =>
      restartRolling(cluster, { canary, waitHealthy, limit, goOn }, tell),
    );
    const durationMs = Math.round(performance.now() - startedAt);
    return {
      json: { cluster: { name: cluster.paths.name }, nodes, durationMs },
      text: () => [`restarted ${nodes.length} nodes in ${durationText(durationMs)}`],
      names: nodes.map(({ node }) => node),
    };
  }
}
