// `dsys logs [NODE…] [-f]`: what the nodes' processes wrote, merged, each line with its node's
// name.

import { openCluster } from '../src/cluster/cluster.ts';
import { followLogs, readLogs } from '../src/cluster/logs.ts';
import { expectNode } from '../src/cluster/target.ts';
import { Args, DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag, numberFlag } from './cli/flags.ts';
import { nothing, type Shown } from './cli/output.ts';

export default class Logs extends DsysCommand<typeof Logs> {
  static override summary = "what the nodes' processes wrote";
  static override group = 'look';
  static override args = {
    node: Args.string({ multiple: true, ignoreStdin: true, description: 'only these nodes' }),
  };
  static override flags = {
    ...clusterFlag,
    follow: Flags.boolean({ char: 'f', description: 'and what they write from now on' }),
    tail: numberFlag({ description: 'only the last N lines', min: 1, max: 1_000_000 })(),
  };

  async execute({ args, flags, output }: Input<typeof Logs>): Promise<Shown> {
    const { paths, nodes } = await openCluster(flags.name);
    const words = args.node === undefined ? [] : [args.node].flat();
    const names = words.length === 0 ? nodes : words.map((word) => expectNode(word, nodes));
    if (!flags.follow) {
      const lines = readLogs(paths, names).slice(-(flags.tail ?? 1_000_000));
      const text = () => lines.map(({ name, line }) => `${name}  ${line}`);
      return { json: { lines }, text, names: [...names] };
    }
    const { signal } = new AbortController();
    for await (const { name, line } of followLogs(paths, names, signal)) {
      output.item({ name, line }, `${name}  ${line}`);
    }
    return nothing;
  }
}
