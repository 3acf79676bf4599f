// What the data verbs have in common: a connection for one operation, its duration, and its outcome
// in words.

import type { Db } from '../../src/client/api.ts';
import { openCluster } from '../../src/cluster/cluster.ts';
import { withConnection } from '../../src/cluster/connection.ts';
import { expectNode } from '../../src/cluster/target.ts';
import { DsysError, exitCodes } from '../../src/errors.ts';
import { asDsysError } from '../../src/terminal/failure.ts';
import { printable } from '../../src/terminal/printable.ts';
import type { Shown } from './output.ts';

export interface DataFlags {
  readonly name: string | undefined;
  readonly consistency: 'one' | 'quorum' | 'all';
  readonly via: string | undefined;
  readonly timeout: number | undefined;
}

/** Options of the library, without those that were not given. */
export interface CallOptions {
  readonly consistency: 'one' | 'quorum' | 'all';
  readonly timeoutMs?: number;
  readonly via?: string;
}

export interface Measured<Result> {
  readonly result: Result;
  readonly durationMs: number;
  /** Copies that each key has in this cluster. */
  readonly replicas: number;
}

/** Connects, does one thing, measures it. */
export async function operate<Result>(
  flags: DataFlags,
  operation: (db: Db, options: CallOptions) => Promise<Result>,
): Promise<Measured<Result>> {
  const cluster = await openCluster(flags.name);
  const via = flags.via === undefined ? {} : { via: expectNode(flags.via, cluster.nodes) };
  const timeoutMs = flags.timeout === undefined ? {} : { timeoutMs: flags.timeout };
  const options = { consistency: flags.consistency, ...timeoutMs, ...via };
  const replicas = Math.min(cluster.file.settings.replicationFactor, cluster.nodes.length);
  return withConnection(cluster, async (db) => {
    const startedAt = performance.now();
    const result = await operation(db, options);
    return { result, durationMs: Math.round((performance.now() - startedAt) * 10) / 10, replicas };
  });
}

interface Written {
  readonly version: { readonly index: number };
  readonly acks: readonly string[];
  readonly via: string;
}

/** A write with its evidence, or its failure with its outcome: three outcomes, never two. */
export async function shownWrite<Result extends Written>(
  write: { readonly key: string; readonly flags: DataFlags },
  operation: (db: Db, options: CallOptions) => Promise<Result>,
): Promise<Shown> {
  const { key, flags } = write;
  const facts = { key, consistency: flags.consistency };
  try {
    const measured = await operate(flags, operation);
    const { durationMs } = measured;
    const result = Object.fromEntries(Object.entries(measured.result));
    return {
      json: { outcome: 'ok', ...facts, ...result, durationMs },
      text: () => [writtenLine(facts, measured)],
      names: [key],
    };
  } catch (cause) {
    const failure = asDsysError(cause);
    if (failure.code === 'internal' || failure.exitCode === exitCodes.notFound) throw failure;
    const { outcome } = failure;
    const json = { outcome, ...facts, ...knownOf(failure), via: null, durationMs: null };
    return { json, text: () => [], names: [], failure };
  }
}

/** Of a write that did not reach its level, but is committed, the version is known. */
function knownOf({ details }: DsysError): { readonly version: unknown; readonly acks: unknown } {
  const { committed, version, acks } = details;
  return committed === true ? { version, acks: acks ?? [] } : { version: null, acks: [] };
}

/** `3 ms via node2` */
export function evidence(durationMs: number, via: string): string {
  return `${Math.max(1, Math.round(durationMs))} ms via ${via}`;
}

/** `OK user:1001 version 118 quorum acks 2/3 (node1,node2) 3 ms via node2` */
function writtenLine(
  { key, consistency }: { readonly key: string; readonly consistency: string },
  { result, durationMs, replicas }: Measured<Written>,
): string {
  const { version, acks, via } = result;
  const acked = `acks ${acks.length}/${replicas} (${acks.join(',')})`;
  const line = `OK ${printable(key)} version ${version.index} ${consistency} ${acked}`;
  return `${line} ${evidence(durationMs, via)}`;
}

/** A value as JSON carries it: text when it is UTF-8, else base64. */
export function jsonValue(
  value: Uint8Array | null,
  text: string | null,
): { readonly value: string | null; readonly encoding?: 'base64' } {
  if (value === null || text !== null) return { value: text };
  return { value: Buffer.from(value).toString('base64'), encoding: 'base64' };
}

export function keyNotFound(key: string): DsysError {
  return new DsysError({
    code: 'key-not-found',
    message: `key ${JSON.stringify(key)} has no value`,
    hint: `write it: dsys put ${JSON.stringify(key)} VALUE`,
    details: { key },
  });
}
