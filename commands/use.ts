// `dsys use NAME`: later commands mean this cluster.

import { openCluster } from '../src/cluster/cluster.ts';
import { useCluster } from '../src/cluster/home.ts';
import { Args, DsysCommand, type Input } from './cli/command.ts';
import type { Shown } from './cli/output.ts';

export default class Use extends DsysCommand<typeof Use> {
  static override summary = 'choose the cluster that later commands mean';
  static override group = 'cluster';
  static override args = { name: Args.string({ required: true, ignoreStdin: true }) };

  async execute({ args }: Input<typeof Use>): Promise<Shown> {
    const { name } = (await openCluster(args.name)).paths;
    useCluster(name);
    return { json: { cluster: { name } }, text: () => [`using cluster ${name}`], names: [name] };
  }
}
