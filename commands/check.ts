// `dsys check FILE`: judges a recorded history. Exit 0 valid, 1 invalid, 2 unknown.

import { type CheckOptions, checkText } from '../src/checkers/check.ts';
import type { Judgement } from '../src/checkers/judgement.ts';
import { modelNamed, modelNames } from '../src/checkers/models.ts';
import { judgementJson, judgementLines } from '../src/checkers/report.ts';
import { isolations } from '../src/checkers/transactions/isolation.ts';
import { didYouMean } from '../src/cluster/did-you-mean.ts';
import { readTextIfAny } from '../src/cluster/files.ts';
import { DsysError } from '../src/errors.ts';
import { paletteFor } from '../src/terminal/palette.ts';
import { Args, DsysCommand, Flags, type FlagsOf, type Input } from './cli/command.ts';
import { durationFlag } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';

const exitCodes = { valid: 0, invalid: 1, unknown: 2 } as const;

export default class Check extends DsysCommand<typeof Check> {
  static override summary = 'judge a recorded history';
  static override group = 'prove';
  static override args = {
    file: Args.string({
      name: 'FILE',
      required: true,
      ignoreStdin: true,
      description: 'JSON lines, JSON, EDN, or a log of Jepsen',
    }),
  };
  static override flags = {
    model: Flags.string({
      description: `what must hold (else as the history suggests): ${modelNames.join(', ')}`,
      helpValue: 'MODEL',
    }),
    isolation: Flags.option({ options: isolations.map(({ name }) => name) })({
      description: 'what transactions were promised (default strict-serializable)',
    }),
    initial: Flags.string({ description: 'JSON value that every register begins with' }),
    'allow-negative': Flags.boolean({ description: 'bank: a balance may be below zero' }),
    'allow-unwritten': Flags.boolean({
      description: 'transactions may read values that nobody in the history wrote',
    }),
    timeout: durationFlag({ description: 'give up after (default 60s)' }),
    memory: Flags.string({ description: 'give up beyond (default 400MB)', helpValue: 'SIZE' }),
  };

  async execute({ flags, args }: Input<typeof Check>): Promise<Shown> {
    const startedAt = performance.now();
    const options = optionsOf(flags, startedAt);
    const judgement = checkText(readText(args.file), options);
    if ('kind' in judgement) {
      const { line, expected, found } = judgement;
      throw new DsysError({
        code: 'invalid-argument',
        message: `${args.file}, line ${line}: expected ${expected}; found ${found}`,
        hint: 'correct the file, or name the model with --model',
        details: { line, expected, found },
      });
    }
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      json: judgementJson(judgement),
      text: () => textOf(judgement, seconds),
      names: [judgement.verdict],
      exitCode: exitCodes[judgement.verdict],
    };
  }
}

const timeoutMsDefault = 60_000;
const memoryBytesDefault = 400_000_000;

function optionsOf(flags: FlagsOf<typeof Check>, startedAt: number): CheckOptions {
  const endsAt = startedAt + (flags.timeout ?? timeoutMsDefault);
  const { model, isolation, initial } = flags;
  if (model !== undefined && modelNamed(model) === null) throw unknownModel(model);
  return {
    ...(model === undefined ? {} : { model }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(initial === undefined ? {} : { initial: parseInitial(initial) }),
    allowNegative: flags['allow-negative'],
    allowUnwritten: flags['allow-unwritten'],
    budget: {
      memoryBytesMax: parseMemory(flags.memory),
      isOver: () => performance.now() > endsAt,
    },
  };
}

function unknownModel(name: string): DsysError {
  const similar = didYouMean(name, [...modelNames]);
  return new DsysError({
    code: 'usage',
    message: `expected a model; found ${JSON.stringify(name)}`,
    hint: similar === null ? `one of ${modelNames.join(', ')}` : `did you mean ${similar}?`,
    details: { model: name, suggestion: similar },
  });
}

function parseInitial(text: string): (CheckOptions['initial'] & {}) | null {
  try {
    return JSON.parse(text) as (CheckOptions['initial'] & {}) | null;
  } catch (cause) {
    throw new DsysError({
      code: 'usage',
      message: `expected a JSON value for --initial; found ${text}`,
      hint: 'write 0, null, or a quoted text such as \'"a"\'',
      cause,
    });
  }
}

const unitBytes: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9 };

function parseMemory(text: string | undefined): number {
  if (text === undefined) return memoryBytesDefault;
  const match = /^(\d+(?:\.\d+)?)(KB|MB|GB)$/i.exec(text.trim());
  const bytes = Number(match?.[1]) * (unitBytes[match?.[2]?.toUpperCase() ?? ''] ?? 0);
  if (bytes > 0) return bytes;
  throw new DsysError({
    code: 'usage',
    message: `expected a size such as 500MB or 2GB; found ${JSON.stringify(text)}`,
    hint: 'write a number and one of KB, MB, GB',
  });
}

function readText(path: string): string {
  const text = readable(path);
  if (text !== null) return text;
  throw new DsysError({
    code: 'invalid-argument',
    message: `expected a history in ${path}; found no such file`,
    hint: 'name a file that exists',
  });
}

function readable(path: string): string | null {
  try {
    return readTextIfAny(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DsysError({
      code: 'invalid-argument',
      message: `expected a readable file; found ${why}`,
      hint: 'name one file that you may read',
      cause,
    });
  }
}

function textOf(judgement: Judgement, seconds: number): readonly string[] {
  const { bold, green, red, yellow } = paletteFor(process.stdout);
  const paint = { valid: green, invalid: red, unknown: yellow }[judgement.verdict];
  const { verdict, model, operations } = judgement;
  const facts = `${model}, ${operations} operations, ${seconds.toFixed(1)} s`;
  return [`${bold(paint(verdict.toUpperCase()))}  ${facts}`, ...judgementLines(judgement)];
}
