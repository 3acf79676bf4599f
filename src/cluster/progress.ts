// How long work tells what it is doing, without knowing who listens.

export interface Progress {
  /** What is being done now. */
  begin(text: string): void;
  /** How far that is. */
  count(text: string, done: number, total: number): void;
  /** What was done; ends what was begun. */
  done(text: string): void;
}

export const noProgress: Progress = { begin: () => {}, count: () => {}, done: () => {} };
