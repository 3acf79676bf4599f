// `dsys doctor`: checks this machine, and says how to put right what is wrong; exit 1 when a check
// fails.

import { DsysCommand, type Input } from './cli/command.ts';
import type { Shown } from './cli/output.ts';

export default class Doctor extends DsysCommand<typeof Doctor> {
  static override summary = 'check this machine';
  static override group = 'more';

  async execute(_input: Input<typeof Doctor>): Promise<Shown> {
    const { runDoctor } = await import('../src/cluster/doctor.ts');
    const { checkLine } = await import('../src/terminal/check-line.ts');
    const { paletteFor } = await import('../src/terminal/palette.ts');
    const checks = await runDoctor();
    const failed = checks.filter((check) => check.verdict === 'fail');
    return {
      json: { ok: failed.length === 0, checks },
      text: () => checks.flatMap((check) => checkLine(check, paletteFor(process.stdout))),
      names: failed.map((check) => check.name),
      exitCode: failed.length === 0 ? 0 : 1,
    };
  }
}
