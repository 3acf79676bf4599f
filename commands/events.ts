// `dsys events [-f]`: what was done to the cluster, and what its nodes told, in order.

import { openCluster } from '../src/cluster/cluster.ts';
import { followEvents, readEvents } from '../src/cluster/events.ts';
import { eventLine } from '../src/terminal/event-line.ts';
import { DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag } from './cli/flags.ts';
import { nothing, type Shown } from './cli/output.ts';

export default class Events extends DsysCommand<typeof Events> {
  static override summary = 'what was done and what happened';
  static override group = 'look';
  static override flags = {
    ...clusterFlag,
    follow: Flags.boolean({ char: 'f', description: 'and what happens from now on' }),
  };

  async execute({ flags, output }: Input<typeof Events>): Promise<Shown> {
    const { paths } = await openCluster(flags.name);
    if (!flags.follow) {
      const events = readEvents(paths);
      const text = () => events.map(eventLine);
      return { json: { events }, text, names: events.map((event) => event.kind) };
    }
    const { signal } = new AbortController();
    for await (const event of followEvents(paths, signal)) {
      output.item({ ...event }, eventLine(event));
    }
    return nothing;
  }
}
