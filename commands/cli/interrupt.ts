// Ctrl-C. By default the process ends at once with 130; work that must clean up first asks for a
// signal.

const controller = new AbortController();
let cleaningUp = 0;

/** Runs work that watches `signal` and cleans up after itself when it is aborted. */
export async function interruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  cleaningUp++;
  try {
    return await work(controller.signal);
  } finally {
    cleaningUp--;
  }
}

/** Called on Ctrl-C. True: somebody cleans up and will end the process; false: nobody does. */
export function interrupt(): boolean {
  const first = !controller.signal.aborted;
  controller.abort();
  return first && cleaningUp > 0;
}
