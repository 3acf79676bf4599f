// How long work tells what it is doing, without knowing who listens.

export interface Progress {
  /** What is being done now. */
  begin(text: string): void;
  /** What was done; ends what was begun. */
  done(text: string): void;
}

export const noProgress: Progress = { begin: () => {}, done: () => {} };
