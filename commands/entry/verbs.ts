// Every verb and the module that does it, which is loaded when the verb is run. What help and
// did-you-mean need of all verbs is in the manifest of oclif, which the build writes.

import type { Config } from '../cli/command.ts';

/** What a module of commands/ exports. */
export interface VerbClass {
  id: string;
  new (argv: string[], config: Config): { start(): Promise<unknown> };
}

export type VerbLoader = () => Promise<{ readonly default: VerbClass }>;

export const verbs: Readonly<Record<string, VerbLoader>> = {
  bench: () => import('../bench.ts'),
  check: () => import('../check.ts'),
  configure: () => import('../configure.ts'),
  del: () => import('../del.ts'),
  demo: () => import('../demo.ts'),
  doctor: () => import('../doctor.ts'),
  down: () => import('../down.ts'),
  events: () => import('../events.ts'),
  get: () => import('../get.ts'),
  incr: () => import('../incr.ts'),
  join: () => import('../join.ts'),
  kill: () => import('../kill.ts'),
  leave: () => import('../leave.ts'),
  logs: () => import('../logs.ts'),
  ls: () => import('../ls.ts'),
  pause: () => import('../pause.ts'),
  put: () => import('../put.ts'),
  replace: () => import('../replace.ts'),
  replay: () => import('../replay.ts'),
  restart: () => import('../restart.ts'),
  resume: () => import('../resume.ts'),
  rm: () => import('../rm.ts'),
  'rolling-restart': () => import('../rolling-restart.ts'),
  scan: () => import('../scan.ts'),
  sim: () => import('../sim.ts'),
  start: () => import('../start.ts'),
  status: () => import('../status.ts'),
  stop: () => import('../stop.ts'),
  up: () => import('../up.ts'),
  use: () => import('../use.ts'),
  wait: () => import('../wait.ts'),
};
