// Flags and arguments that several verbs share. No argument is ever read from standard input by
// oclif: it would take what is meant for VALUE.

import { parseDuration } from '../../src/cluster/duration.ts';
import { DsysError } from '../../src/errors.ts';
import { Args, Flags } from './command.ts';

export const clusterFlag = {
  name: Flags.string({
    description: 'cluster (else DSYS_CLUSTER, ./dsys.yaml, the last used)',
    helpValue: 'NAME',
  }),
};

/** `--timeout 2s`; undefined when it is not given. */
export const durationFlag = Flags.custom<number>({
  parse: async (text) => parseDuration(text),
  helpValue: 'TIME',
});

/** A whole number within bounds. */
export const numberFlag = (options: {
  readonly description: string;
  readonly min: number;
  readonly max: number;
}) =>
  Flags.custom<number>({
    description: options.description,
    helpValue: 'N',
    parse: async (text) => parseWhole(text, options),
  });

export const consistencyFlag = Flags.option({
  options: ['one', 'quorum', 'all'] as const,
  default: 'quorum' as const,
  description: 'how many replicas must agree',
});

/** `--if-version 118`; 0: the key must be absent. */
export const ifVersionFlag = {
  'if-version': numberFlag({
    description: 'only if the key has this version (0: is absent)',
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })(),
};

/** What every data verb takes. */
export const dataFlags = {
  ...clusterFlag,
  consistency: consistencyFlag(),
  via: Flags.string({ description: 'send it through this node', helpValue: 'NODE' }),
  timeout: durationFlag({ description: 'give up after (default: to read 1s, to write 2s)' }),
};

export const keyArgument = Args.string({
  name: 'KEY',
  required: true,
  ignoreStdin: true,
  description: 'at most 4 KiB of UTF-8',
});

/** TARGET…: node2, 2, node1,node3, leader, followers, one, minority, majority, all, random. */
export const targetArgument = Args.string({
  required: true,
  multiple: true,
  ignoreStdin: true,
  description: 'node2, 2, leader, followers, one, minority, majority, all, random',
});

export const targetFlags = {
  ...clusterFlag,
  seed: Flags.string({
    description: 'what one, minority, majority and random draw follows from it',
  }),
};

/** `a` for `zone=a`, the only label that there is. */
export function zoneOfLabel(text: string): string {
  const zone = /^zone=([^\s,=]{1,64})$/.exec(text)?.[1];
  if (zone !== undefined) return zone;
  throw new DsysError({
    code: 'usage',
    message: `expected a label such as zone=a; found ${JSON.stringify(text)}`,
    hint: 'there is one label: zone',
  });
}

/** Rejects what is not a whole number within the bounds. */
export function parseWhole(
  text: string,
  bounds: { readonly min: number; readonly max: number },
): number {
  const number = Number(text);
  const fits = /^-?\d+$/.test(text) && number >= bounds.min && number <= bounds.max;
  if (fits) return number;
  throw new DsysError({
    code: 'usage',
    message: `expected a whole number from ${bounds.min} to ${bounds.max}; found ${JSON.stringify(text)}`,
    hint: 'correct the number',
  });
}
