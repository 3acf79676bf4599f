// dsys.yaml: the flags of `up`, written down beside a project. Flat; an unknown name is an error.
// Doorway of `yaml`, which is loaded only when there is such a file.

import { resolve } from 'node:path';
import { DsysError } from '../errors.ts';
import { didYouMean } from './did-you-mean.ts';
import { readTextIfAny } from './files.ts';

export interface ClusterConfig {
  readonly name?: string;
  readonly nodes?: number;
  readonly replication?: number;
  readonly partitions?: number;
  readonly basePort?: number;
  /** `a,b,c`: given to the nodes in turn. */
  readonly zones?: string;
  /** `10m` */
  readonly deadNodeTimeout?: string;
}

const settings: Readonly<Record<keyof ClusterConfig, 'string' | 'number'>> = {
  name: 'string',
  nodes: 'number',
  replication: 'number',
  partitions: 'number',
  basePort: 'number',
  zones: 'string',
  deadNodeTimeout: 'string',
};

/** ./dsys.yaml when there is one and no `path` is given; a `path` that is not there is an error. */
export async function readConfigFile(path?: string): Promise<ClusterConfig | null> {
  const file = resolve(path ?? 'dsys.yaml');
  const text = readTextIfAny(file);
  if (text !== null) return parseConfig(text, file);
  if (path === undefined) return null;
  throw invalid(file, 'the file is not there', 'check the path, or leave --config out');
}

/** `file` is for the messages only. */
export async function parseConfig(text: string, file: string): Promise<ClusterConfig> {
  const value = await parseYaml(text, file);
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw invalid(file, 'expected lines such as `nodes: 3`', 'see dsys up --help');
  }
  for (const [name, found] of Object.entries(value)) assertSetting(file, name, found);
  return value as ClusterConfig;
}

function assertSetting(file: string, name: string, found: unknown): void {
  const known = Object.keys(settings);
  if (!known.includes(name)) {
    const similar = didYouMean(name, known);
    const hint = similar === null ? `known: ${known.join(', ')}` : `did you mean ${similar}?`;
    throw invalid(file, `unknown setting ${JSON.stringify(name)}`, hint);
  }
  const expected = settings[name as keyof ClusterConfig];
  const fits = expected === 'number' ? Number.isSafeInteger(found) : typeof found === expected;
  if (!fits) {
    const word = expected === 'number' ? 'a whole number' : 'a text';
    throw invalid(file, `${name}: expected ${word}, found ${JSON.stringify(found)}`, 'correct it');
  }
}

async function parseYaml(text: string, file: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw invalid(file, `not YAML: ${reason}`, 'write lines such as `nodes: 3`');
  }
}

function invalid(file: string, message: string, hint: string): DsysError {
  return new DsysError({ code: 'config-invalid', message: `${file}: ${message}`, hint });
}
