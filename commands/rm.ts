// `dsys rm NAME`: removes a cluster and its data for good; asks first.

import { dropCluster } from '../src/cluster/down.ts';
import { resolveCluster } from '../src/cluster/home.ts';
import { Args, DsysCommand, Flags, type Input } from './cli/command.ts';
import { confirmOrRefuse } from './cli/confirm.ts';
import type { Shown } from './cli/output.ts';

export default class Rm extends DsysCommand<typeof Rm> {
  static override summary = 'remove a stopped cluster and its data';
  static override group = 'cluster';
  static override args = { name: Args.string({ required: true, ignoreStdin: true }) };
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'do not ask' }),
  };

  async execute({ args, flags }: Input<typeof Rm>): Promise<Shown> {
    const paths = await resolveCluster(args.name);
    const { name, root } = paths;
    const question = `remove cluster ${name} and all of its data (${root})?`;
    if (!flags.yes) await confirmOrRefuse(question, `dsys rm ${name} --yes`);
    dropCluster(paths);
    return {
      json: { cluster: { name }, removed: true },
      text: () => [`removed ${name}`],
      names: [name],
    };
  }
}
