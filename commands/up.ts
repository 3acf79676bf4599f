// `dsys up`: starts a cluster, or resumes one; ends when it is ready, never before.

import type { UpOptions } from '../src/cluster/up.ts';
import { DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag, durationFlag, numberFlag } from './cli/flags.ts';
import { interruptible } from './cli/interrupt.ts';
import type { Shown } from './cli/output.ts';
import { runUp } from './cli/up.ts';

const defaultTimeoutMs = 30_000;

export default class Up extends DsysCommand<typeof Up> {
  static override summary = 'start a cluster, or resume one';
  static override group = 'cluster';
  static override flags = {
    ...clusterFlag,
    nodes: numberFlag({ description: 'processes (default 3)', min: 1, max: 30 })({ char: 'n' }),
    config: Flags.string({ description: 'read these from a file', helpValue: 'dsys.yaml' }),
    'base-port': numberFlag({ description: 'first of its ports', min: 1024, max: 65_000 })(),
    replication: numberFlag({ description: 'copies of each partition', min: 1, max: 9 })(),
    zones: Flags.string({
      description: 'given to the nodes in turn: copies are spread over zones',
      helpValue: 'a,b,c',
    }),
    'dead-node-timeout': durationFlag({
      description: 'a node that is dead for longer is taken for lost (default 10m)',
    }),
    partitions: numberFlag({ description: 'partitions (default 64)', min: 1, max: 1024 })(),
    wait: Flags.option({ options: ['ready', 'listening', 'none'] as const })({
      default: 'ready' as const,
      description: 'end when the cluster is so far',
    }),
    timeout: durationFlag({ description: 'give up after (default 30s)' }),
    foreground: Flags.boolean({ description: 'stay; Ctrl-C stops the cluster' }),
    'dry-run': Flags.boolean({ description: 'say what would be done, and do nothing' }),
    seed: Flags.string({ description: 'what the nodes draw by chance follows from it' }),
  };
  static override examples = [
    '<%= config.bin %> up',
    '<%= config.bin %> up --nodes 5 --name big',
    '<%= config.bin %> up --foreground',
  ];

  async execute({ flags, output }: Input<typeof Up>): Promise<Shown> {
    const { timeout = defaultTimeoutMs, foreground, 'dry-run': dryRun, ...rest } = flags;
    return interruptible((signal) => {
      const options: UpOptions = {
        ...rest,
        basePort: flags['base-port'],
        deadNodeTimeoutMs: flags['dead-node-timeout'],
        limit: { timeoutMs: timeout, signal },
      };
      return runUp({ options, foreground, dryRun, output, signal });
    });
  }
}
