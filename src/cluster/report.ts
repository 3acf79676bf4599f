// The shape of `dsys status --json` (schema 1: fields may be added, none renamed), and how it is
// put together from what each node said just now. Pure. A leader is named only when it says so
// itself: a dead one never is.

import { assert } from '../core/model/assert.ts';
import type { ControlRow } from '../core/model/control-row.ts';
import type { GroupStatus, NodeStatus } from '../core/model/operation.ts';
import { majority } from '../core/model/quorum.ts';
import { type Balance, balanceOf, type NodeShare, sharesOf } from './balance.ts';
import { type MembershipReport, membershipReport } from './beliefs.ts';
import { type GroupView, groupViews } from './group-view.ts';
import { type Departing, type Moves, movesOf, type NodeMoves } from './moves.ts';
import type { NodeState } from './node-state.ts';

export interface NodeReport {
  readonly name: string;
  readonly state: NodeState;
  readonly pid: number | null;
  readonly address: string;
  /** Its label `zone`; empty: none. */
  readonly zone: string;
  readonly uptimeMs: number | null;
  readonly keys: number | null;
  readonly leads: number | null;
  readonly incarnation: number | null;
  /** Peers that the node has no connection to, when it answered. */
  readonly silentPeers: readonly string[];
  /** Why it ended by itself, when it did. */
  readonly crash: CrashReport | null;
}

export interface CrashReport {
  readonly exitCode: number | null;
  readonly code: string | null;
  readonly message: string;
  readonly hint: string;
  readonly log: string;
  readonly lastLines: readonly string[];
}

export interface ControlNodeReport {
  readonly name: string;
  readonly role: GroupStatus['role'] | null;
  readonly term: number | null;
  readonly commitIndex: number | null;
  readonly appliedIndex: number | null;
  /** Entries that the leader has committed and the node has not applied. */
  readonly lag: number | null;
}

export interface PartitionReport {
  readonly id: number;
  readonly leader: string | null;
  readonly term: number;
  readonly commitIndex: number;
  readonly replicas: readonly string[];
  readonly available: boolean;
}

export interface ClusterReport {
  readonly cluster: {
    readonly name: string;
    readonly id: string;
    readonly nodes: number;
    readonly replicationFactor: number;
    readonly partitions: number;
    /** Of the desired placement; null when no node told it. */
    readonly epoch: number | null;
  };
  readonly nodes: readonly NodeReport[];
  readonly consensus: {
    readonly control: {
      readonly leader: string | null;
      readonly term: number;
      readonly commitIndex: number;
      readonly voters: readonly string[];
      readonly learners: readonly string[];
      readonly nodes: readonly ControlNodeReport[];
    };
    readonly partitions: readonly PartitionReport[];
  };
  readonly data: {
    readonly keys: number;
    readonly underReplicated: number;
    readonly unavailable: number;
    readonly pendingOneWrites: number;
    readonly conflicts: number;
    /** Replicas that should be; null when no node told it, as `moving`. */
    readonly replicas: number | null;
    /** Those of them that do not vote yet. */
    readonly moving: number | null;
    /** Greatest share over the mean. */
    readonly balance: Balance;
    readonly shares: readonly NodeShare[];
  };
  readonly membership: MembershipReport & ComingAndGoing;
  readonly faults: readonly never[];
}

export interface ComingAndGoing {
  readonly joining: readonly NodeMoves[];
  readonly departures: readonly Departing[];
  /** Members that cluster.json does not have (yet): a join that was broken off. */
  readonly unlisted: readonly string[];
  /** Nodes of cluster.json that are no members any more. */
  readonly removed: readonly string[];
}

export interface ReportInput {
  readonly cluster: Omit<ClusterReport['cluster'], 'epoch'>;
  readonly nodes: readonly NodeReport[];
  /** Only of the nodes that answered. */
  readonly answers: readonly NodeStatus[];
  /** Of the control group, when a node told it. */
  readonly control?: ControlRow | null;
}

/** A replica that is so far behind is no copy to count on. */
const behindMax = 1000;

export function clusterReport(input: ReportInput): ClusterReport {
  const { nodes, answers, control: row = null } = input;
  const cluster = withSettings(input.cluster, row);
  const names = nodes.map((node) => node.name);
  const views = groupViews(answers, cluster.partitions + 1);
  const [control, partitions] = [views[0], views.slice(1)];
  assert(control !== undefined, 'every cluster has a control group');
  const live = new Set(answers.map((answer) => answer.node as string));
  const moves = row === null ? null : movesOf(row, views);
  return {
    cluster,
    nodes,
    consensus: {
      control: controlReport(control, names),
      partitions: partitions.map((view, index) => partitionReport(view, index + 1, live)),
    },
    data: dataReport({ partitions, answers, live, cluster, names, moves }),
    membership: { ...membershipReport(answers), ...comingAndGoing(names, row, moves) },
    faults: [],
  };
}

function withSettings(
  cluster: ReportInput['cluster'],
  row: ControlRow | null,
): ClusterReport['cluster'] {
  if (row === null) return { ...cluster, epoch: null };
  return { ...cluster, replicationFactor: row.settings.replicationFactor, epoch: row.epoch };
}

function comingAndGoing(
  names: readonly string[],
  row: ControlRow | null,
  moves: Moves | null,
): ComingAndGoing {
  const members = row?.members.map((member) => member.node as string) ?? names;
  return {
    joining: moves?.joining ?? [],
    departures: moves?.departures ?? [],
    unlisted: members.filter((member) => !names.includes(member)),
    removed: names.filter((name) => !members.includes(name)),
  };
}

function controlReport(
  view: GroupView,
  names: readonly string[],
): ClusterReport['consensus']['control'] {
  const { leader, term, commitIndex, learners } = view;
  const voters = view.voters.length > 0 ? view.voters : names;
  const nodes = names.map((name) => controlNode(name, view));
  return { leader, term, commitIndex, voters, learners, nodes };
}

function controlNode(name: string, view: GroupView): ControlNodeReport {
  const status = view.reports.get(name);
  if (status === undefined) {
    return { name, role: null, term: null, commitIndex: null, appliedIndex: null, lag: null };
  }
  const { role, term, commitIndex, appliedIndex } = status;
  const lag = Math.max(0, view.commitIndex - appliedIndex);
  return { name, role, term, commitIndex, appliedIndex, lag };
}

function partitionReport(view: GroupView, id: number, live: ReadonlySet<string>): PartitionReport {
  const { leader, term, commitIndex } = view;
  const available = isAvailable(view, live);
  return { id, leader, term, commitIndex, replicas: replicasOf(view), available };
}

/** A leader that answers, and a majority of the voters that answers. */
function isAvailable(view: GroupView, live: ReadonlySet<string>): boolean {
  const reachable = view.voters.filter((voter) => live.has(voter)).length;
  return view.leader !== null && reachable >= majority(view.voters.length);
}

function dataReport(options: {
  readonly partitions: readonly GroupView[];
  readonly answers: readonly NodeStatus[];
  readonly live: ReadonlySet<string>;
  readonly cluster: ClusterReport['cluster'];
  readonly names: readonly string[];
  readonly moves: Moves | null;
}): ClusterReport['data'] {
  const { partitions, answers, live, cluster, names, moves } = options;
  const staying = cluster.nodes - (moves?.departures.length ?? 0);
  const wanted = Math.max(1, Math.min(cluster.replicationFactor, staying));
  const shares = sharesOf(names, partitions);
  const liveReplicas = (view: GroupView): number =>
    view.voters.filter((node) => live.has(node) && isNear(view, node)).length;
  return {
    keys: sum(partitions.map((view) => view.keys)),
    underReplicated: partitions.filter((view) => liveReplicas(view) < wanted).length,
    unavailable: partitions.filter((view) => !isAvailable(view, live)).length,
    pendingOneWrites: sum(answers.map((answer) => answer.pendingOneWrites)),
    conflicts: Math.max(0, ...answers.map((answer) => answer.conflicts)),
    replicas: moves?.replicas ?? null,
    moving: moves?.left ?? null,
    balance: balanceOf(shares),
    shares,
  };
}

/** Its log reaches as far as the leader's commits, but for a moment's worth. */
function isNear(view: GroupView, node: string): boolean {
  const report = view.reports.get(node);
  return report !== undefined && report.lastIndex + behindMax >= view.commitIndex;
}

function replicasOf(view: GroupView): string[] {
  return [...view.voters, ...view.learners].sort();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
