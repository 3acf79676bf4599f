// Time for a host. Core never sees it: the host turns it into ticks.

export interface Clock {
  /** Milliseconds since the epoch; may jump. */
  wallMs(): number;
  /** Milliseconds that never go back; the zero is arbitrary, and common to the nodes of a machine. */
  monotonicMs(): number;
  /** Calls back once after about `ms`; returns a function that cancels it. */
  after(ms: number, callback: () => void): () => void;
}
