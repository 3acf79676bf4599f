// `dsys put KEY [VALUE]`: writes a value and shows the evidence that it is kept.

import { Args, DsysCommand, type Input } from './cli/command.ts';
import { shownWrite } from './cli/data.ts';
import { dataFlags, ifVersionFlag, keyArgument } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';
import { readValue } from './cli/value.ts';

export default class Put extends DsysCommand<typeof Put> {
  static override summary = 'write a value';
  static override group = 'data';
  static override args = {
    key: keyArgument,
    value: Args.string({ ignoreStdin: true, description: 'at most 1 MiB; - or nothing: stdin' }),
  };
  static override flags = { ...dataFlags, ...ifVersionFlag };
  static override examples = [
    '<%= config.bin %> put user:1001 \'{"name":"Alice"}\' --consistency quorum',
    'echo Alice | <%= config.bin %> put user:1001',
  ];

  async execute({ args, flags }: Input<typeof Put>): Promise<Shown> {
    const value = await readValue(args.value, args.key);
    const condition = flags['if-version'] === undefined ? {} : { ifVersion: flags['if-version'] };
    return shownWrite({ key: args.key, flags }, (db, options) =>
      db.put(args.key, value, { ...options, ...condition }),
    );
  }
}
