// `dsys bench`: how much a cluster does, and how long each operation takes, under load from this
// one process.

import { openCluster } from '../src/cluster/cluster.ts';
import { withConnection } from '../src/cluster/connection.ts';
import { benchLines } from '../src/terminal/bench-view.ts';
import { DsysCommand, Flags, type Input } from './cli/command.ts';
import { clusterFlag, consistencyFlag, numberFlag } from './cli/flags.ts';
import type { Shown } from './cli/output.ts';

export default class Bench extends DsysCommand<typeof Bench> {
  static override summary = 'measure throughput and latency';
  static override group = 'prove';
  static override flags = {
    ...clusterFlag,
    op: Flags.option({ options: ['put', 'get'] as const })({ default: 'put' as const }),
    clients: numberFlag({ description: 'operations in flight', min: 1, max: 100_000 })({
      default: 64,
    }),
    seconds: numberFlag({ description: 'how long', min: 1, max: 3600 })({ default: 10 }),
    consistency: consistencyFlag(),
    'value-bytes': numberFlag({ description: 'size of a value', min: 0, max: 1 << 20 })({
      default: 100,
    }),
    keys: numberFlag({ description: 'different keys', min: 1, max: 10_000_000 })({
      default: 10_000,
    }),
    seed: Flags.string({ default: '1', description: 'which keys are drawn follows from it' }),
  };

  async execute({ flags, output }: Input<typeof Bench>): Promise<Shown> {
    const { op, clients, seconds, consistency, keys, seed } = flags;
    const plan = {
      op,
      clients,
      seconds,
      consistency,
      valueBytes: flags['value-bytes'],
      keys,
      seed,
    };
    const cluster = await openCluster(flags.name);
    const { runBench } = await import('../src/cluster/bench.ts');
    output.note(`${op} at ${consistency}, ${clients} in flight, ${seconds} s …`);
    const { result, failure } = await withConnection(cluster, (db) => runBench(db, plan));
    const text = () => benchLines(plan, result);
    const shown = { json: { ...plan, ...result }, text, names: [] };
    return failure === null ? shown : { ...shown, failure };
  }
}
