// What join, leave, replace, rolling-restart and configure have in common: work that takes a while,
// tells how far it is, and can be broken off with Ctrl-C.

import type { Progress } from '../../src/cluster/progress.ts';
import type { Limit } from '../../src/cluster/start-nodes.ts';
import { DsysError } from '../../src/errors.ts';
import { askYes, canAsk } from '../../src/terminal/prompts.ts';
import { interruptible } from './interrupt.ts';
import type { Output } from './output.ts';

export async function withProgress<Result>(
  output: Output,
  timeoutMs: number,
  work: (limit: Limit, progress: Progress) => Promise<Result>,
): Promise<Result> {
  return interruptible(async (signal) => {
    const phases = await output.phases();
    try {
      return await work({ timeoutMs, signal }, phases);
    } finally {
      phases.stop();
    }
  });
}

/** What is asked after the canaries. When there is nobody to ask, it is refused before it begins. */
export function canaryQuestion(
  canary: number,
  yes: boolean,
): (done: readonly string[]) => Promise<void> {
  if (canary === 0 || yes) return async () => {};
  if (!canAsk()) {
    throw new DsysError({
      code: 'usage',
      message: 'after the canary somebody must say whether to go on, and there is nobody to ask',
      hint: `say it in the command: dsys rolling-restart --canary ${canary} --yes`,
    });
  }
  return async (done) => {
    if (await askYes(`${done.join(', ')} restarted and healthy. Restart the others?`)) return;
    throw new DsysError({ code: 'drop-refused', message: 'the others were not restarted' });
  };
}
