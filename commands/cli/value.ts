// Where a VALUE comes from: the argument; standard input for `-`, or when it is a pipe or a file and
// no argument is given; else a question. A forgotten VALUE is no empty value: what has no input at
// all (cron, CI) is asked for one, and told.

import { fstatSync } from 'node:fs';
import { DsysError } from '../../src/errors.ts';

/** The bytes of the value. */
export async function readValue(argument: string | undefined, key: string): Promise<Uint8Array> {
  if (argument !== undefined && argument !== '-') return new TextEncoder().encode(argument);
  if (argument === '-' || isFed()) return readStandardInput();
  const { askText, canAsk } = await import('../../src/terminal/prompts.ts');
  if (!canAsk()) throw missingValue(key);
  return new TextEncoder().encode(await askText(`value of ${key}`));
}

/** Somebody put something behind standard input: neither a terminal nor /dev/null. */
function isFed(): boolean {
  const stdin = fstatSync(0);
  return stdin.isFIFO() || stdin.isFile() || stdin.isSocket();
}

/** Everything on standard input; one byte more than a value may have is enough to refuse it. */
async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > inputBytesMax) throw tooMuchInput();
  }
  return Buffer.concat(chunks);
}

/** Far above the limit of a value, which the library checks; stops an endless input. */
const inputBytesMax = 16 << 20;

function tooMuchInput(): DsysError {
  return new DsysError({
    code: 'invalid-argument',
    message: 'standard input holds more than 16 MiB; a value may have 1 MiB',
    hint: 'store large objects elsewhere, and their address here',
  });
}

function missingValue(key: string): DsysError {
  return new DsysError({
    code: 'usage',
    message: `a value for ${key} is missing, and there is nobody to ask`,
    hint: `dsys put ${key} VALUE, or pipe it in: echo VALUE | dsys put ${key}`,
  });
}
