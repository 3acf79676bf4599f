// What kill, stop, start, restart, pause and resume have in common: act, then say what was drawn
// and done.

import { type Cluster, openCluster } from '../../src/cluster/cluster.ts';
import type { ActionResult, NodeAction, NodeOutcome } from '../../src/cluster/node-actions.ts';
import type { SignalName } from '../../src/cluster/node-process.ts';
import type { Shown } from './output.ts';

export interface ActionFlags {
  readonly name: string | undefined;
  readonly seed: string | undefined;
  readonly timeout?: number | undefined;
}

const defaultTimeoutMs = 10_000;
const doneWords: Readonly<Record<NodeAction, string>> = {
  kill: 'killed',
  stop: 'stopped',
  start: 'started',
  restart: 'restarted',
  pause: 'paused',
  resume: 'resumed',
};

/** Runs the action on the targets. */
export async function runAction(options: {
  readonly action: NodeAction;
  readonly words: readonly string[];
  readonly flags: ActionFlags;
  readonly signal?: SignalName;
}): Promise<Shown> {
  const { action, words, flags, signal = 'SIGKILL' } = options;
  const cluster = await openCluster(flags.name);
  const { actOnNodes } = await import('../../src/cluster/node-actions.ts');
  const timeoutMs = flags.timeout ?? defaultTimeoutMs;
  const result = await actOnNodes(cluster, { action, words, seed: flags.seed, signal, timeoutMs });
  return shownAction({ cluster, result, words, signal: action === 'kill' ? signal : null });
}

function shownAction(options: {
  readonly cluster: Cluster;
  readonly result: ActionResult;
  readonly words: readonly string[];
  readonly signal: SignalName | null;
}): Shown {
  const { result, words, signal } = options;
  const { action, nodes, seed } = result;
  const names = nodes.map((node) => node.name);
  const drawn = seed === null ? [] : [`${words.join(' ')} drew ${names.join(', ')} (seed ${seed})`];
  const done = nodes.map((node) => outcomeLine(node, result, signal));
  return {
    json: {
      cluster: { name: options.cluster.paths.name },
      action,
      signal,
      targets: words,
      seed,
      nodes,
    },
    text: () => [...drawn, ...(done.length === 0 ? [`nothing to ${action}`] : done)],
    names,
  };
}

function outcomeLine(node: NodeOutcome, result: ActionResult, signal: SignalName | null): string {
  const { name, pid, changed } = node;
  if (!changed)
    return `${name} is ${result.action === 'resume' ? 'running' : doneWords[result.action]} already`;
  const facts = [
    ...(signal === null ? [] : [signal as string]),
    `pid ${pid}`,
    ...(result.leader === name ? ['the leader'] : []),
  ];
  return `${doneWords[result.action]} ${name} (${facts.join(', ')})`;
}
