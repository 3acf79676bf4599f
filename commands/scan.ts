// `dsys scan`: keys and values in key order. Each page is read at its own moment: no snapshot is
// claimed.

import { DsysCommand, Flags, type Input } from './cli/command.ts';
import { dataFlags, numberFlag } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';
import { runScan } from './cli/scan.ts';

export default class Scan extends DsysCommand<typeof Scan> {
  static override summary = 'list keys and values';
  static override group = 'data';
  static override flags = {
    ...dataFlags,
    prefix: Flags.string({ char: 'p', description: 'only keys that begin so', helpValue: 'P' }),
    limit: numberFlag({ description: 'at most so many', min: 1, max: 1_000_000_000 })(),
  };
  static override examples = ['<%= config.bin %> scan --prefix user: --limit 10'];

  async execute({ flags, output }: Input<typeof Scan>): Promise<Shown> {
    return runScan(flags, output);
  }
}
