// Runs one verb in this process, as the entry does, and catches what it prints. oclif's
// configuration is only as much as a verb needs.

import type { Config } from '@oclif/core';
import { vi } from 'vitest';

export interface VerbRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

interface VerbClass {
  new (argv: string[], config: Config): { _run(): Promise<unknown> };
  id: string;
}

const config = {
  bin: 'dsys',
  topicSeparator: ' ',
  scopedEnvVar: () => undefined,
  scopedEnvVarKey: (name: string) => `DSYS_${name}`,
  scopedEnvVarKeys: (name: string) => [`DSYS_${name}`],
  runHook: async () => ({ successes: [], failures: [] }),
} as unknown as Config;

export async function runVerb(verb: string, argv: readonly string[]): Promise<VerbRun> {
  const module = (await import(`../../commands/${verb}.ts`)) as { default: VerbClass };
  module.default.id = verb;
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await new module.default([...argv], config)._run();
    return { stdout: stdout.text(), stderr: stderr.text(), exitCode: Number(process.exitCode) };
  } finally {
    process.exitCode = before;
    stdout.restore();
    stderr.restore();
  }
}

function capture(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  const chunks: Buffer[] = [];
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk: string | Uint8Array) => {
    chunks.push(Buffer.from(chunk as string));
    return true;
  });
  return { text: () => Buffer.concat(chunks).toString('utf8'), restore: () => spy.mockRestore() };
}
