// `dsys sim`: whole clusters in a pretended world, one a seed, judged by every promise that dsys
// makes. Exit 0: all of them kept; 1: one was broken.

import { expectDirectory } from '../src/cluster/plan-file.ts';
import { membersDrawn } from '../src/simulation/draw.ts';
import { nodesRange, ticksRange } from '../src/simulation/replay/plan-fields.ts';
import { totalsOf } from '../src/simulation/report.ts';
import { DsysCommand, Flags, type Input } from './cli/command.ts';
import { numberFlag } from './cli/flags.ts';
import { nothing, type Shown } from './cli/output.ts';
import { explainFailures } from './simulation/explain.ts';
import { drawOf, requestOf } from './simulation/request.ts';
import { runSeeds, serveLane } from './simulation/run.ts';
import { shownSim } from './simulation/shown.ts';

export default class Sim extends DsysCommand<typeof Sim> {
  static override summary = 'run clusters in a deterministic simulator and judge them';
  static override group = 'prove';
  static override flags = {
    seed: Flags.string({ description: 'the first seed (else a fresh one, which is printed)' }),
    seeds: numberFlag({ description: 'how many seeds (default 1)', min: 1, max: 1_000_000 })(),
    nodes: numberFlag({ description: 'nodes of each cluster (default 3 or 5)', ...nodesRange })(),
    ticks: numberFlag({ description: 'how long the storm lasts (default 3000)', ...ticksRange })(),
    members: Flags.option({ options: membersDrawn })({
      description: 'fixed: nobody joins, leaves or is replaced',
      default: 'drawn' as const,
    }),
    trace: Flags.string({ description: 'write every step of the one run', helpValue: 'FILE' }),
    workers: numberFlag({ description: 'processes (default one a core)', min: 1, max: 256 })(),
    shrink: numberFlag({
      description: 'runs to make a failure smaller; 0: leave it',
      min: 0,
      max: 100_000,
    })({ default: 300 }),
    out: Flags.string({
      description: 'where plans that fail are written',
      helpValue: 'DIR',
      default: '.',
    }),
    lane: Flags.boolean({ hidden: true, description: 'seeds on stdin, reports on stdout' }),
  };

  async execute({ flags, output }: Input<typeof Sim>): Promise<Shown> {
    if (flags.lane) {
      await serveLane(drawOf(flags), output);
      return nothing;
    }
    const request = requestOf(flags);
    expectDirectory(request.out, '--out');
    const startedAt = performance.now();
    const reports = await runSeeds(request, output);
    const elapsedMs = performance.now() - startedAt;
    const totals = totalsOf(reports);
    const failures = await explainFailures(totals.failed, request, output);
    return shownSim({ request, totals, elapsedMs, failures });
  }
}
