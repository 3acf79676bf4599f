// `dsys status --watch`: redraws in place on a terminal, one JSON line a look with --json, until
// Ctrl-C.

import { type Cluster, readCluster } from '../../src/cluster/cluster.ts';
import { nothing, type Output, type Shown } from './output.ts';
import { shownReport, type View } from './status.ts';

const everyMs = 500;
const clearScreen = '\u001B[H\u001B[2J';

export async function watchStatus(
  cluster: Cluster,
  options: {
    readonly node: string | undefined;
    readonly view: View;
    readonly verbose: boolean;
    readonly output: Output;
  },
): Promise<Shown> {
  const { connectTo } = await import('../../src/cluster/connection.ts');
  const { probeCluster } = await import('../../src/cluster/probe.ts');
  const { pause } = await import('../../src/cluster/wait-until.ts');
  const { output } = options;
  const db = await connectTo(cluster);
  try {
    for (;;) {
      const now = readCluster(cluster.paths);
      const shown = await shownReport(await probeCluster(now, db), options);
      if (process.stdout.isTTY && !output.json) process.stdout.write(clearScreen);
      await output.finish(shown);
      await pause(everyMs);
    }
  } finally {
    await db.close();
  }
  return nothing;
}
