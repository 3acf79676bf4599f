// Work spread over several processes of this same command line ("lanes"): each gets one job a line
// on its stdin and answers one JSON line a job on its stdout. A lane that is idle gets the next job,
// so a slow job holds nobody up. Lanes end with this process, however it ends.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DsysError } from '../errors.ts';
import { type Conversation, converse } from './child-process.ts';
import { packageRoot } from './package-root.ts';

export interface LanesOptions {
  /** What each lane runs: `dsys …args`. */
  readonly args: readonly string[];
  readonly lanes: number;
  readonly jobs: readonly string[];
  /** In the order in which jobs end. */
  readonly onAnswer: (answer: unknown, job: string) => void;
}

/** As many as this machine can work on at once. */
export function lanesOfMachine(): number {
  return availableParallelism();
}

/** The other side of a lane. */
export interface LaneInput {
  readonly jobs: AsyncIterable<string>;
  /** True: whoever gave the jobs is gone, and nobody waits for an answer. */
  readonly isOver: boolean;
}

export function laneInput(): LaneInput {
  const jobs = createInterface({ input: process.stdin });
  const input = { jobs, isOver: false };
  jobs.once('close', () => {
    input.isOver = true;
  });
  return input;
}

/** Resolves when every job is answered; rejects when a lane dies, and ends the others. */
export async function runLanes(options: LanesOptions): Promise<void> {
  const waiting = [...options.jobs].reverse();
  const lanes: Conversation[] = [];
  const count = Math.min(options.lanes, options.jobs.length);
  try {
    for (let lane = 0; lane < count; lane++) lanes.push(await startLane(options.args));
    await Promise.all(lanes.map((lane) => serve(lane, waiting, options)));
  } finally {
    for (const lane of lanes) lane.kill();
    await Promise.all(lanes.map(({ ended }) => ended));
  }
}

function startLane(args: readonly string[]): Promise<Conversation> {
  const entry = join(packageRoot(), 'bin', 'dsys.js');
  return converse([entry, ...args]);
}

async function serve(
  lane: Conversation,
  waiting: string[],
  { onAnswer }: LanesOptions,
): Promise<void> {
  const answers = lane.lines[Symbol.asyncIterator]();
  for (let job = waiting.pop(); job !== undefined; job = waiting.pop()) {
    lane.say(job);
    const { value, done } = await answers.next();
    if (done === true) throw await died(lane, job);
    onAnswer(JSON.parse(value) as unknown, job);
  }
}

async function died(lane: Conversation, job: string): Promise<DsysError> {
  const { exitCode, signal, lastWords } = await lane.ended;
  const how = signal === null ? `exit code ${exitCode ?? 'unknown'}` : signal;
  return new DsysError({
    code: 'internal',
    message: `a process ended (${how}) while it worked on ${job}: ${lastWords || 'it said nothing'}`,
    hint: 'run that one alone; if it ends the same way, report it',
    details: { job, exitCode, signal },
  });
}
