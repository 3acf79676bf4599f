// `dsys wait --for GOAL`: returns as soon as the cluster is so, or fails when the time is over.

import { openCluster } from '../src/cluster/cluster.ts';
import { durationText } from '../src/terminal/quantities.ts';
import { DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag, durationFlag } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';

const defaultTimeoutMs = 10_000;

export default class Wait extends DsysCommand<typeof Wait> {
  static override summary = 'wait until the cluster is as wanted';
  static override group = 'look';
  static override flags = {
    ...clusterFlag,
    for: Flags.option({ options: ['leader', 'all-up', 'converged'] as const })({
      required: true,
      description: 'leader: every group led; converged: all replicas equal',
    }),
    timeout: durationFlag({ description: 'give up after (default 10s)' }),
  };

  async execute({ flags }: Input<typeof Wait>): Promise<Shown> {
    const cluster = await openCluster(flags.name);
    const { waitForGoal } = await import('../src/cluster/converged.ts');
    const elapsedMs = await waitForGoal(cluster, flags.for, flags.timeout ?? defaultTimeoutMs);
    return {
      json: { for: flags.for, reached: true, elapsedMs: Math.round(elapsedMs) },
      text: () => [`${flags.for} after ${durationText(elapsedMs)}`],
      names: [],
    };
  }
}
