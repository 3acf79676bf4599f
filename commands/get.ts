// `dsys get KEY`: the value alone on stdout, the evidence on stderr; exit 4 when there is none. A
// file or a pipe gets the very bytes of the value; a terminal gets a line.

import { printable } from '../src/terminal/printable.ts';
import { DsysCommand, type Input } from './cli/command.ts';
import { evidence, jsonValue, keyNotFound, operate } from './cli/data.ts';
import { dataFlags, keyArgument } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';

export default class Get extends DsysCommand<typeof Get> {
  static override summary = 'read a value';
  static override group = 'data';
  static override args = { key: keyArgument };
  static override flags = dataFlags;

  async execute({ args: { key }, flags, output }: Input<typeof Get>): Promise<Shown> {
    const { consistency } = flags;
    const { result, durationMs } = await operate(flags, (db, options) => db.get(key, options));
    const { found, value, text, version, via } = result;
    const json = { found, key, ...jsonValue(value, text), version, consistency, via, durationMs };
    if (value === null) return { json, text: () => [], names: [], failure: keyNotFound(key) };
    const index = version?.index ?? 0;
    const shownKey = printable(key);
    output.note(`OK ${shownKey} version ${index} ${consistency} ${evidence(durationMs, via)}`);
    const isLine = text !== null && process.stdout.isTTY;
    const data = isLine ? [text.replace(/\n$/, '')] : value;
    return { json, text: () => data, names: data };
  }
}
