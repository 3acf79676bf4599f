// `dsys ls`: every cluster of DSYS_HOME, with what runs of it.

import { DsysCommand, type Input } from './cli/command.ts';
import type { Shown } from './cli/output.ts';

export default class Ls extends DsysCommand<typeof Ls> {
  static override summary = 'list the clusters of this machine';
  static override group = 'cluster';

  async execute({ output }: Input<typeof Ls>): Promise<Shown> {
    const { clusterList } = await import('../src/cluster/listing.ts');
    const { damagedClusters } = await import('../src/cluster/cluster.ts');
    const damaged = damagedClusters().map(({ name, error: { message } }) => ({ name, message }));
    for (const { name, message } of damaged) output.note(`cluster ${name}: ${message}`);
    const clusters = clusterList();
    return {
      json: { clusters, damaged },
      text: async () => {
        const { clusterLines } = await import('../src/terminal/cluster-list-view.ts');
        return clusterLines(clusters);
      },
      names: clusters.map((cluster) => cluster.name),
    };
  }
}
