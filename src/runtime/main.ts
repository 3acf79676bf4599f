// The node's process: `node bin/node.cjs --home DIRECTORY --node NAME`. SIGTERM and SIGINT drain and
// stop it; its removal from the cluster stops it too; anything that it can not survive ends it at
// once. In each case it leaves a report.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { assemble } from './assembly.ts';
import { monotonicMs } from './clock.ts';
import { CompilePace } from './compile-pace.ts';
import { cleanExit, type ExitReport, isRemoval, leaveReport, reportOf } from './fatal.ts';

/**
 * Handing leaderships over takes about one election's worth of messages; beyond this, just stop.
 */
const drainLimitMs = 2000;

/**
 * V8's room for young objects grows from 1 to 8 MiB in one step. By its own steps it ended larger after
 * the same load (decision 006).
 */
const youngGeneration = '--semi-space-growth-factor=8';

/** V8 takes recorded code, Node's and ours, only under the flags that it was recorded with: none. */
const isRecording = process.env.DSYS_RECORD_CODE !== undefined;

function tune(flag: string): void {
  if (!isRecording) setFlagsFromString(flag);
}

const { home, name, directory } = readArguments();

function readArguments(): { home: string; name: string; directory: string } {
  const { values } = parseArgs({ options: { home: { type: 'string' }, node: { type: 'string' } } });
  if (values.home === undefined || values.node === undefined) {
    process.stderr.write('expected --home DIRECTORY --node NAME; dsys up starts nodes\n');
    process.exit(64);
  }
  return { home: values.home, name: values.node, directory: join(values.home, values.node) };
}

function die(error: unknown): void {
  end(reportOf(error));
}

function end(report: ExitReport): void {
  const { code, message, hint, exitCode } = report;
  if (exitCode !== 0) {
    process.stderr.write(`${JSON.stringify({ fatal: { code, message, hint } })}\n`);
  }
  leaveReport(directory, report);
  process.exit(exitCode);
}

process.on('uncaughtException', die);
process.on('unhandledRejection', die);

async function run(): Promise<void> {
  tune(youngGeneration);
  const compiling = new CompilePace({ tune, nowMs: monotonicMs });
  let stopping = false;
  const stop = async (report: ExitReport): Promise<void> => {
    await loop.stop();
    end(report);
  };
  // Nothing is wrong with a node that was removed: it lets go of sockets and files first.
  const onFatal = (error: unknown): void => {
    if (!isRemoval(error)) die(error);
    else if (!stopping) {
      stopping = true;
      stop(reportOf(error)).catch(die);
    }
  };
  const { loop, log } = await assemble({
    home,
    name,
    onFlushed: () => compiling.onFlush(),
    onFatal,
  });
  // From here on collect when the heap has doubled, not when it has quadrupled: several nodes share
  // a laptop. (At a quarter more, puts were 40 % slower.) Not before: a loaded state lives.
  tune('--heap-growing-percent=100');
  const onSignal = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.event({ kind: 'node-stopping', group: null, detail: { signal } });
    await loop.drain(drainLimitMs);
    await stop(cleanExit());
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      onSignal(signal).catch(die);
    });
  }
  await loop.start();
  log.event({ kind: 'node-started', group: null, detail: { pid: process.pid } });
}

run().catch(die);
