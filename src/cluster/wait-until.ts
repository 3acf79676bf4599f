// Waiting outside the protocols: polls with a limit, never a blind sleep.

/** Resolves after about `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Asks again every `everyMs` until the answer is not null; null when the time is over or `signal`
 * aborted.
 */
export async function waitUntil<Answer>(options: {
  readonly ask: () => Promise<Answer | null> | Answer | null;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<Answer | null> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const answer = await options.ask();
    if (answer !== null) return answer;
    if (performance.now() >= deadline || options.signal?.aborted) return null;
    await pause(options.everyMs);
  }
}

/** Lets everything else that is due happen first: signals, input, a spinner's next frame. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
