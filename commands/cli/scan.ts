// Runs a scan. For people each entry is printed as it comes, and memory does not grow with their
// number; JSON is one value, and therefore whole or an error.

import type { Entry } from '../../src/client/api.ts';
import { oneLine, printable } from '../../src/terminal/printable.ts';
import { type DataFlags, jsonValue, operate } from './data.ts';
import { nothing, type Output, type Shown } from './output.ts';

export interface ScanFlags extends DataFlags {
  readonly prefix: string | undefined;
  readonly limit: number | undefined;
}

export async function runScan(flags: ScanFlags, output: Output): Promise<Shown> {
  const entries: object[] = [];
  const collect = ({ key, value, text, version }: Entry): void => {
    entries.push({ key, ...jsonValue(value, text), version });
  };
  const print = (entry: Entry): void => output.line(output.quiet ? entry.key : entryLine(entry));
  const durationMs = await scanAll(flags, output.json ? collect : print);
  if (!output.json) return nothing;
  const { consistency } = flags;
  const json = { entries, count: entries.length, consistency, durationMs };
  return { json, text: () => [], names: [] };
}

async function scanAll(flags: ScanFlags, onEntry: (entry: Entry) => void): Promise<number> {
  const prefix = flags.prefix === undefined ? {} : { prefix: flags.prefix };
  const limit = flags.limit === undefined ? {} : { limit: flags.limit };
  const { durationMs } = await operate(flags, async (db, options) => {
    for await (const entry of db.scan({ ...options, ...prefix, ...limit })) onEntry(entry);
  });
  return durationMs;
}

function entryLine({ key, text, value }: Entry): string {
  const shown = text === null ? `(${value.length} bytes)` : oneLine(text);
  return `${printable(key)}\t${shown}`;
}
