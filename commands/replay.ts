// `dsys replay FILE`: plays the plan of a run once more. Exit 0: it passes; 1: it fails.

import { readPlanFile } from '../src/cluster/plan-file.ts';
import { parseReplayFile } from '../src/simulation/replay/file.ts';
import { Args, DsysCommand, Flags, type Input } from './cli/command.ts';
import type { Shown } from './cli/output.ts';
import { tellStory } from './simulation/explain.ts';
import { shownReplay } from './simulation/shown-replay.ts';

export default class Replay extends DsysCommand<typeof Replay> {
  static override summary = 'play a simulated run again';
  static override group = 'prove';
  static override args = {
    file: Args.string({
      name: 'FILE',
      required: true,
      ignoreStdin: true,
      description: 'as dsys sim wrote it when a seed failed',
    }),
  };
  static override flags = {
    trace: Flags.string({ description: 'write every step of the run', helpValue: 'FILE' }),
  };

  async execute({ args, flags }: Input<typeof Replay>): Promise<Shown> {
    const {
      plan,
      failure: before,
      story: about,
    } = parseReplayFile(readPlanFile(args.file), args.file);
    const startedAt = performance.now();
    const told = await tellStory(plan, { trace: flags.trace ?? null });
    const elapsedMs = performance.now() - startedAt;
    return shownReplay({ file: args.file, about, before, plan, told, elapsedMs });
  }
}
