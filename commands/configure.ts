// `dsys configure`: settings of a running cluster.

import { openCluster } from '../src/cluster/cluster.ts';
import { durationText } from '../src/terminal/quantities.ts';
import { DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag, durationFlag, numberFlag } from './cli/flags.ts';
import { withProgress } from './cli/membership.ts';
import type { Shown } from './cli/output.ts';

const defaultTimeoutMs = 120_000;

export default class Configure extends DsysCommand<typeof Configure> {
  static override summary = 'change settings of a running cluster, or show them';
  static override group = 'grow';
  static override flags = {
    ...clusterFlag,
    replication: numberFlag({ description: 'copies of each partition', min: 1, max: 100 })(),
    'dead-node-timeout': durationFlag({
      description: 'a node that is dead for longer is taken for lost, if enough others are there',
    }),
    wait: Flags.option({ options: ['ready', 'none'] as const })({
      default: 'ready' as const,
      description: 'ready: every copy is where it should be',
    }),
    timeout: durationFlag({ description: 'wait at most this long (default 2m)' }),
  };
  static override examples = [
    '<%= config.bin %> configure',
    '<%= config.bin %> configure --replication 5',
  ];

  async execute({ flags, output }: Input<typeof Configure>): Promise<Shown> {
    const cluster = await openCluster(flags.name);
    const { configureCluster } = await import('../src/cluster/configure.ts');
    const { replication, 'dead-node-timeout': deadNodeTimeoutMs, wait } = flags;
    const timeoutMs = flags.timeout ?? defaultTimeoutMs;
    const result = await withProgress(output, timeoutMs, (limit, tell) =>
      configureCluster(cluster, { replication, deadNodeTimeoutMs, wait, limit }, tell),
    );
    const { after } = result;
    return {
      json: { cluster: { name: cluster.paths.name }, ...result },
      text: () => [
        `replication ${after.replicationFactor}`,
        `partitions ${after.partitions}`,
        `dead-node-timeout ${durationText(after.deadNodeTimeoutMs)}`,
      ],
      names: [cluster.paths.name],
    };
  }
}
