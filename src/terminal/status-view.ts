// `dsys status` as a person sees it. Takes the report as plain data and shows it; it decides
// nothing.

import { type Column, columns } from './columns.ts';
import type { Paint, Palette } from './palette.ts';
import { count, uptimeText } from './quantities.ts';

/** observer → peer → something. */
export type Square<Value> = Readonly<Record<string, Readonly<Record<string, Value>>>>;

export interface StatusNode {
  readonly name: string;
  readonly state: string;
  readonly pid: number | null;
  readonly uptimeMs: number | null;
  readonly keys: number | null;
  readonly leads: number | null;
  readonly address: string;
  readonly zone: string;
  readonly incarnation: number | null;
  readonly silentPeers: readonly string[];
  readonly crash: {
    readonly exitCode: number | null;
    readonly code: string | null;
    readonly message: string;
    readonly hint: string;
    readonly log: string;
    readonly lastLines: readonly string[];
  } | null;
}

export interface StatusReport {
  readonly cluster: {
    readonly name: string;
    readonly nodes: number;
    readonly partitions: number;
    readonly replicationFactor: number;
  };
  readonly nodes: readonly StatusNode[];
  readonly consensus: {
    readonly control: {
      readonly leader: string | null;
      readonly term: number;
      readonly commitIndex: number;
      readonly voters: readonly string[];
      readonly nodes: readonly ControlRow[];
    };
    readonly partitions: readonly PartitionRow[];
  };
  readonly data: {
    readonly keys: number;
    readonly underReplicated: number;
    readonly unavailable: number;
    readonly pendingOneWrites: number;
    readonly conflicts: number;
    readonly replicas: number | null;
    readonly moving: number | null;
    readonly balance: { readonly replicas: number; readonly leads: number; readonly keys: number };
    readonly shares: readonly {
      readonly name: string;
      readonly replicas: number;
      readonly leads: number;
      readonly keys: number;
    }[];
  };
  readonly membership: {
    readonly beliefs: Square<string>;
    readonly phi: Square<number>;
    readonly links: Square<string>;
    readonly disputed: readonly string[];
    readonly localHealth: Readonly<Record<string, number>>;
    readonly joining: readonly { readonly node: string }[];
    readonly departures: readonly {
      readonly node: string;
      readonly how: string;
      readonly groups: number;
    }[];
    readonly unlisted: readonly string[];
    readonly removed: readonly string[];
  };
  readonly faults: readonly unknown[];
}

interface ControlRow {
  readonly name: string;
  readonly role: string | null;
  readonly term: number | null;
  readonly commitIndex: number | null;
  readonly appliedIndex: number | null;
  readonly lag: number | null;
}

interface PartitionRow {
  readonly id: number;
  readonly leader: string | null;
  readonly term: number;
  readonly commitIndex: number;
  readonly replicas: readonly string[];
  readonly available: boolean;
}

type Row = StatusNode & { readonly control: ControlRow | undefined };

/** Head, one line a node, and what is wrong. */
export async function statusLines(report: StatusReport, palette: Palette): Promise<string[]> {
  const control = new Map(report.consensus.control.nodes.map((node) => [node.name, node]));
  const rows = report.nodes.map((node) => ({ ...node, control: control.get(node.name) }));
  return [
    headLine(report, palette),
    ...(await columns(rows, nodeColumns(palette))),
    dataLine(report),
    ...moveLines(report),
    ...report.nodes.flatMap((node) => crashLines(node, palette)),
  ];
}

/** CLUSTER lab  3 nodes  leader node2 (term 4)  quorum OK 2/3  faults 0 */
export function headLine(report: StatusReport, { bold, green, red }: Palette): string {
  const { leader, term, voters, nodes } = report.consensus.control;
  const live = nodes.filter((node) => node.role !== null && voters.includes(node.name)).length;
  const enough = live > voters.length / 2;
  const quorum = enough
    ? green(`quorum OK ${live}/${voters.length}`)
    : red(`quorum LOST ${live}/${voters.length}`);
  const leading = leader === null ? red('no leader') : `leader ${leader} (term ${term})`;
  return [
    `CLUSTER ${bold(report.cluster.name)}`,
    count(report.cluster.nodes, 'node'),
    leading,
    quorum,
    `faults ${report.faults.length}`,
  ].join('  ');
}

function nodeColumns(palette: Palette): Column<Row>[] {
  const right = 'right' as const;
  return [
    { title: 'NODE', cell: (row) => row.name },
    { title: 'STATE', cell: (row) => statePaint(row.state, palette)(row.state) },
    { title: 'ROLE', cell: (row) => row.control?.role ?? '-' },
    { title: 'TERM', align: right, cell: (row) => cell(row.control?.term) },
    { title: 'COMMIT', align: right, cell: (row) => cell(row.control?.commitIndex) },
    { title: 'APPLIED', align: right, cell: (row) => cell(row.control?.appliedIndex) },
    { title: 'LAG', align: right, cell: (row) => cell(row.control?.lag) },
    { title: 'LEADS', align: right, cell: (row) => cell(row.leads) },
    { title: 'KEYS', align: right, cell: (row) => cell(row.keys) },
    { title: 'NETWORK', cell: networkCell },
    { title: 'PID', align: right, cell: (row) => cell(row.pid) },
    { title: 'UPTIME', align: right, cell: (row) => uptimeText(row.uptimeMs) },
  ];
}

function networkCell(row: Row): string {
  if (row.keys === null) return '-';
  return row.silentPeers.length === 0 ? 'ok' : `no ${row.silentPeers.join(',')}`;
}

function dataLine(report: StatusReport): string {
  const { data, cluster } = report;
  const known = report.consensus.control.nodes.some((node) => node.role !== null);
  return [
    `DATA   ${count(cluster.partitions, 'partition')}`,
    `RF ${cluster.replicationFactor}`,
    known ? count(data.keys, 'key') : 'keys unknown',
    `under-replicated ${data.underReplicated}`,
    `unavailable ${data.unavailable}`,
    `pending one-writes ${known ? data.pendingOneWrites : 'unknown'}`,
    ...(data.conflicts > 0 ? [`conflicts ${data.conflicts}`] : []),
  ].join('  ');
}

/**
 * `MOVES  3 of 192 replicas, node4 joining`: those that do not vote yet of all that should be; only
 * while there is something.
 */
function moveLines({ data, membership }: StatusReport): string[] {
  const { joining, departures, unlisted, removed } = membership;
  const { moving, replicas } = data;
  const going = departures.map(
    ({ node, how, groups }) => `${node} ${how} (${count(groups, 'group')} left)`,
  );
  const isMoving = (moving ?? 0) > 0 || joining.length > 0 || going.length > 0;
  const words = [
    `MOVES  ${moving} of ${replicas} replicas`,
    ...joining.map(({ node }) => `${node} joining`),
    ...going,
  ];
  return [
    ...(isMoving ? [words.join(', ')] : []),
    ...unlisted.map(
      (node) => `${node} is a member, but its join was broken off: dsys join ${node}`,
    ),
    ...removed.map(takenOutLine),
  ];
}

export function takenOutLine(node: string): string {
  return `${node} was taken out of the cluster: dsys replace ${node}, or dsys leave ${node}`;
}

function crashLines({ name, crash }: StatusNode, { red, dim }: Palette): string[] {
  if (crash === null) return [];
  return [
    red(`${name} crashed: ${crash.message}`),
    ...(crash.hint === '' ? [] : [`  ${dim('→')} ${crash.hint}`]),
    ...crash.lastLines.map((line) => `  ${dim('│')} ${line}`),
    `  log: ${crash.log}`,
  ];
}

function statePaint(state: string, { green, yellow, red }: Palette): Paint {
  if (state === 'up') return green;
  return ['starting', 'paused', 'suspect', 'stopped'].includes(state) ? yellow : red;
}

function cell(number: number | null | undefined): string {
  return number === null || number === undefined ? '-' : String(number);
}
