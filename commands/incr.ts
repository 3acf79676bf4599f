// `dsys incr KEY [N]`: adds to a whole number, exactly once, and shows the sum.

import { Args, DsysCommand, type Input } from './cli/command.ts';
import { shownWrite } from './cli/data.ts';
import { dataFlags, keyArgument, parseWhole } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';

const bounds = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };

export default class Incr extends DsysCommand<typeof Incr> {
  static override summary = 'add to a number';
  static override group = 'data';
  static override args = {
    key: keyArgument,
    delta: Args.string({
      ignoreStdin: true,
      default: '1',
      description: 'how much; may be negative',
    }),
  };
  static override flags = dataFlags;

  async execute({ args, flags }: Input<typeof Incr>): Promise<Shown> {
    const delta = parseWhole(args.delta, bounds);
    const shown = await shownWrite({ key: args.key, flags }, (db, options) =>
      db.incr(args.key, delta, options),
    );
    const { value } = shown.json;
    return value === undefined
      ? shown
      : { ...shown, names: [String(value)], text: sumLines(shown) };
  }
}

/** The sum alone on the first line, then the evidence. */
function sumLines(shown: Shown): Shown['text'] {
  return async () => [String(shown.json.value), ...((await shown.text()) as readonly string[])];
}
