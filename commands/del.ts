// `dsys del KEY`: deletes a key; deleting what is not there succeeds too.

import { DsysCommand, type Input } from './cli/command.ts';
import { shownWrite } from './cli/data.ts';
import { dataFlags, ifVersionFlag, keyArgument } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';

export default class Del extends DsysCommand<typeof Del> {
  static override summary = 'delete a key';
  static override group = 'data';
  static override args = { key: keyArgument };
  static override flags = { ...dataFlags, ...ifVersionFlag };

  async execute({ args, flags }: Input<typeof Del>): Promise<Shown> {
    const condition = flags['if-version'] === undefined ? {} : { ifVersion: flags['if-version'] };
    return shownWrite({ key: args.key, flags }, (db, options) =>
      db.del(args.key, { ...options, ...condition }),
    );
  }
}
