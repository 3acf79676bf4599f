// Looks at every node of a cluster at once: its process, and what it answers to a status query
// within a deadline. Nothing is remembered from earlier; a node that does not answer in time counts
// as not answering.

import type { Db, NodeAnswer } from '../client/api.ts';
import type { ControlRow } from '../core/model/control-row.ts';
import type { NodeStatus } from '../core/model/operation.ts';
import { DsysError } from '../errors.ts';
import { isDoubted } from './beliefs.ts';
import type { Cluster } from './cluster.ts';
import { nodePaths } from './home.ts';
import { lastWords } from './last-words.ts';
import { lastLines } from './logs.ts';
import { type NodeState, nodeState, type StateFacts } from './node-state.ts';
import {
  isFromBeforeBoot,
  readExitRecord,
  readLastAction,
  readPidRecord,
  recordedProcess,
} from './pid-file.ts';
import { type ClusterReport, type CrashReport, clusterReport, type NodeReport } from './report.ts';

/** A live node answers in a few milliseconds; status as a whole must be there within 300. */
export const statusDeadlineMs = 150;
const crashLines = 5;
const refusals: readonly string[] = ['unauthorized', 'protocol-mismatch'];

/** For decisions, not for eyes: a node that is only busy must not count as silent. */
export const patientDeadlineMs = 1500;

/** The cluster as it is now. */
export async function probeCluster(
  cluster: Cluster,
  db: Db,
  deadlineMs: number = statusDeadlineMs,
): Promise<ClusterReport> {
  const [answers, control] = await Promise.all([
    askNodes(cluster, db, deadlineMs),
    askControl(cluster, db, deadlineMs),
  ]);
  return reportFrom(cluster, answers, control);
}

/** The same for nodes that have answered a moment ago: only the control group is asked. */
export async function reportOfAnswers(
  cluster: Cluster,
  db: Db,
  answers: readonly NodeStatus[],
): Promise<ClusterReport> {
  const byName = new Map(answers.map((status) => [status.node as string, status]));
  return reportFrom(cluster, byName, await askControl(cluster, db, statusDeadlineMs));
}

/**
 * What the nodes said, by name; asks nobody when nothing runs. When every node that runs refuses
 * this client, that is the truth to tell, and not that they are silent.
 */
async function askNodes(
  cluster: Cluster,
  db: Db,
  timeoutMs: number,
): Promise<Map<string, NodeStatus>> {
  if (!someRun(cluster)) return new Map();
  const answers = await db.status({ timeoutMs });
  if (!answers.some((answer) => answer.ok)) assertWelcome(answers);
  return new Map(answers.flatMap((answer) => (answer.ok ? [[answer.node, answer.answer]] : [])));
}

/** Null when nobody knows it: all are down, or of an older version. */
async function askControl(cluster: Cluster, db: Db, timeoutMs: number): Promise<ControlRow | null> {
  if (!someRun(cluster)) return null;
  const state = await db.control({ timeoutMs }).catch((cause: unknown) => {
    if (cause instanceof DsysError) return null;
    throw cause;
  });
  return state?.row ?? null;
}

function someRun(cluster: Cluster): boolean {
  return cluster.nodes.some((name) => processState(cluster, name).condition === 'running');
}

function assertWelcome(answers: readonly NodeAnswer<NodeStatus>[]): void {
  for (const answer of answers) {
    if (!answer.ok && refusals.includes(answer.error.code)) throw answer.error;
  }
}

/**
 * Processes are looked at after the nodes have answered: one that died meanwhile is not shown as
 * up.
 */
function reportFrom(
  cluster: Cluster,
  answered: ReadonlyMap<string, NodeStatus>,
  control: ControlRow | null,
): ClusterReport {
  const running = [...answered].filter(
    ([name]) => processState(cluster, name).condition === 'running',
  );
  const answers = new Map(running);
  const nodes = cluster.nodes.map((name) => nodeReport(cluster, name, answers));
  const { settings, name, clusterId } = cluster.file;
  const { replicationFactor, partitions } = settings;
  const facts = { name, id: clusterId, nodes: cluster.nodes.length, replicationFactor, partitions };
  return clusterReport({ cluster: facts, nodes, answers: [...answers.values()], control });
}

function processState(cluster: Cluster, name: string): Pick<StateFacts, 'condition' | 'record'> {
  const record = readPidRecord(nodePaths(cluster.paths, name));
  return { record, condition: record === null ? 'gone' : recordedProcess(record).condition };
}

function nodeReport(
  cluster: Cluster,
  name: string,
  answers: ReadonlyMap<string, NodeStatus>,
): NodeReport {
  const facts = stateFacts(cluster, name, answers);
  const state = nodeState(facts);
  const answer = answers.get(name);
  const gone = facts.condition === 'gone';
  const member = cluster.file.members.find((one) => one.node === name);
  return {
    name,
    state,
    pid: gone ? null : (facts.record?.pid ?? null),
    address: member?.addresses.client ?? '',
    zone: member?.zone ?? '',
    uptimeMs: gone ? null : facts.ageMs,
    keys: answer?.keys ?? null,
    leads: answer?.leads ?? null,
    incarnation: answer?.incarnation ?? null,
    silentPeers: silentPeersOf(cluster, answer),
    crash: crashOf(cluster, { name, state, facts }),
  };
}

/**
 * Peers that run, but that the node has no connection to; that the others are silent is no news.
 */
function silentPeersOf(cluster: Cluster, answer: NodeStatus | undefined): string[] {
  return (answer?.peers ?? [])
    .filter((peer) => !peer.connected && processState(cluster, peer.node).condition !== 'gone')
    .map((peer) => peer.node);
}

function stateFacts(
  cluster: Cluster,
  name: string,
  answers: ReadonlyMap<string, NodeStatus>,
): StateFacts {
  const paths = nodePaths(cluster.paths, name);
  const { record, condition } = processState(cluster, name);
  const observers = [...answers].filter(([observer]) => observer !== name);
  const suspecting = observers.filter(([, status]) =>
    status.peers.some((peer) => peer.node === name && isDoubted(peer)),
  );
  return {
    condition,
    record,
    lastAction: readLastAction(paths),
    exit: readExitRecord(paths),
    answered: answers.has(name),
    ageMs: record === null ? 0 : Math.max(0, Date.now() - record.startedAt),
    beforeBoot: record !== null && isFromBeforeBoot(record),
    observers: observers.length,
    suspectedBy: suspecting.length,
  };
}

function crashOf(
  cluster: Cluster,
  node: { readonly name: string; readonly state: NodeState; readonly facts: StateFacts },
): CrashReport | null {
  if (node.state !== 'crashed') return null;
  const { exit, record } = node.facts;
  const { log, root } = nodePaths(cluster.paths, node.name);
  const lines = lastLines(log, crashLines);
  const told = exit !== null && exit.pid === record?.pid ? exit : lastWords(lines.at(-1), root);
  return {
    exitCode: told?.exitCode ?? null,
    code: told?.code ?? null,
    message: told?.message ?? `process ${record?.pid} ended without a word: killed from outside?`,
    hint: told?.hint || `start it again: dsys start ${node.name}`,
    log,
    lastLines: lines,
  };
}
