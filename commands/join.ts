// `dsys join [NAME]`: a new node comes in and takes its share.

import { openCluster } from '../src/cluster/cluster.ts';
import { durationText } from '../src/terminal/quantities.ts';
import { Args, DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag, durationFlag, zoneOfLabel } from './cli/flags.ts';
import { withProgress } from './cli/membership.ts';
import type { Shown } from './cli/output.ts';

const defaultTimeoutMs = 120_000;

export default class Join extends DsysCommand<typeof Join> {
  static override summary = 'let a new node in';
  static override group = 'grow';
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'else the next free nodeN' }),
  };
  static override flags = {
    ...clusterFlag,
    label: Flags.string({
      description: 'copies are spread over zones',
      helpValue: 'zone=ZONE',
      parse: async (text) => zoneOfLabel(text),
    }),
    wait: Flags.option({ options: ['ready', 'none'] as const })({
      default: 'ready' as const,
      description: 'ready: it votes in every group that it should hold',
    }),
    timeout: durationFlag({ description: 'wait at most this long (default 2m)' }),
  };
  static override examples = [
    '<%= config.bin %> join',
    '<%= config.bin %> join node4 --label zone=b',
  ];

  async execute({ args, flags, output }: Input<typeof Join>): Promise<Shown> {
    const cluster = await openCluster(flags.name);
    const { joinNode } = await import('../src/cluster/join.ts');
    const joined = await withProgress(output, flags.timeout ?? defaultTimeoutMs, (limit, tell) => {
      const { label: zone = '', wait } = flags;
      return joinNode(cluster, { name: args.name ?? null, zone, wait, limit }, tell);
    });
    const { node, moved, durationMs, kept } = joined;
    const shares = flags.wait === 'none' ? 'its share is moving' : `${moved} replicas moved`;
    return {
      json: { cluster: { name: cluster.paths.name }, ...joined },
      text: () => [
        `${node} joined: ${shares} in ${durationText(durationMs)}`,
        ...(kept === null ? [] : [`an older directory of that name was put aside: ${kept}`]),
      ],
      names: [node],
    };
  }
}
