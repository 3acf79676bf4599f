// The other views of `dsys status`: raft (every group), ring (who holds and leads what), links (who
// hears whom), beliefs (what each node thinks of the others).

import { bar } from './bar.ts';
import { type Column, columns } from './columns.ts';
import type { Palette } from './palette.ts';
import { headLine, type StatusReport } from './status-view.ts';

type View = (report: StatusReport, palette: Palette) => Promise<string[]>;

/** One line a group: its leader, term, commit index and replicas. */
export const raftLines: View = async (report, palette) => {
  const { control, partitions } = report.consensus;
  const controlRow = {
    ...control,
    id: 0,
    replicas: control.voters,
    available: control.leader !== null,
  };
  const rows = [controlRow, ...partitions];
  return [
    headLine(report, palette),
    ...(await columns(rows, [
      { title: 'GROUP', cell: (row) => (row.id === 0 ? 'control' : `p${row.id}`) },
      { title: 'LEADER', cell: (row) => row.leader ?? palette.red('none') },
      { title: 'TERM', align: 'right', cell: (row) => String(row.term) },
      { title: 'COMMIT', align: 'right', cell: (row) => String(row.commitIndex) },
      { title: 'REPLICAS', cell: (row) => row.replicas.join(' ') },
      { title: 'AVAILABLE', cell: (row) => (row.available ? 'yes' : palette.red('no')) },
    ])),
  ];
};

/**
 * One line a node: its share of replicas, leaderships and keys, each with a bar that is full for the
 * greatest, and which partitions it leads; below it, the greatest over the mean.
 */
export const ringLines: View = async (report, palette) => {
  const { partitions } = report.consensus;
  const { shares, balance } = report.data;
  const shown = new Set(report.nodes.map(({ name }) => name));
  const rows = shares.filter(({ name }) => shown.has(name));
  const ratios = (['replicas', 'leads', 'keys'] as const).map((what) => {
    return `${what} ${balance[what].toFixed(2)}`;
  });
  const led = (name: string): number[] =>
    partitions.filter(({ leader }) => leader === name).map(({ id }) => id);
  return [
    headLine(report, palette),
    ...(await columns(rows, [
      { title: 'NODE', cell: (row) => row.name },
      ...zoneColumns(report),
      ...shareColumns(shares, 'HOLDS', ({ replicas }) => replicas),
      ...shareColumns(shares, 'LEADS', ({ leads }) => leads),
      ...shareColumns(shares, 'KEYS', ({ keys }) => keys),
      { title: 'LEADS PARTITIONS', cell: (row) => ranges(led(row.name)) || '-' },
    ])),
    `BALANCE  max/mean: ${ratios.join('  ')}`,
  ];
};

type Share = StatusReport['data']['shares'][number];

const barWidth = 8;

/** None while no node has a label. */
function zoneColumns({ nodes }: StatusReport): Column<Share>[] {
  const zones = new Map(nodes.map(({ name, zone }) => [name, zone]));
  if ([...zones.values()].every((zone) => zone === '')) return [];
  return [{ title: 'ZONE', cell: ({ name }) => zones.get(name) || '-' }];
}

function shareColumns(
  shares: readonly Share[],
  title: string,
  of: (share: Share) => number,
): Column<Share>[] {
  const most = Math.max(...shares.map(of));
  return [
    { title, align: 'right', cell: (row) => String(of(row)) },
    { title: '', cell: (row) => bar(of(row), most, barWidth) },
  ];
}

/** A square of nodes: the row's node has a connection to the column's node, or not. */
export const linksLines: View = async (report, palette) => {
  const { links } = report.membership;
  const cell = (observer: string, peer: string): string => {
    const link = links[observer]?.[peer] ?? '-';
    return link === 'silent' ? palette.red(link) : link;
  };
  return [headLine(report, palette), ...(await square(report, (peer) => peer, cell))];
};

/**
 * A square of nodes: what the row's node believes of the column's node, and phi, the −log10 of the
 * chance that a healthy peer is silent for so long. Below it, about whom they do not agree, and who
 * doubts itself.
 */
export const beliefsLines: View = async (report, palette) => {
  const { beliefs, phi, disputed } = report.membership;
  const cell = (observer: string, peer: string): string => {
    const belief = beliefs[observer]?.[peer];
    if (belief === undefined) return '-';
    const text = `${belief} ${phiText(phi[observer]?.[peer] ?? 0)}`;
    return belief === 'up' ? text : palette.red(text);
  };
  const title = (peer: string): string => (disputed.includes(peer) ? `${peer} ≠` : peer);
  return [
    headLine(report, palette),
    ...(await square(report, title, cell)),
    ...disputed.map((peer) => palette.yellow(disputeLine(report, peer))),
    ...doubtLines(report).map(palette.yellow),
    palette.dim('beside each belief: phi, −log10 of the chance that a healthy peer is so silent'),
  ];
};

/** From where on the number says nothing more to a person. */
const phiShownMax = 99;

function phiText(phi: number): string {
  return phi > phiShownMax ? `>${phiShownMax}` : phi.toFixed(1);
}

/** `≠ node3: up says node1; dead say node2 node4` */
function disputeLine({ membership }: StatusReport, peer: string): string {
  const observers = new Map<string, string[]>();
  for (const [observer, row] of Object.entries(membership.beliefs)) {
    const belief = row[peer];
    if (belief !== undefined) observers.set(belief, [...(observers.get(belief) ?? []), observer]);
  }
  const sides = [...observers].sort().map(([belief, names]) => {
    return `${belief} ${names.length === 1 ? 'says' : 'say'} ${names.join(' ')}`;
  });
  return `≠ ${peer}: ${sides.join('; ')}`;
}

function doubtLines({ membership }: StatusReport): string[] {
  return Object.entries(membership.localHealth)
    .filter(([, doubt]) => doubt > 0)
    .map(
      ([name, doubt]) => `${name} doubts itself (${doubt} of 8): its own loop or its probes lag`,
    );
}

async function square(
  { nodes }: StatusReport,
  title: (peer: string) => string,
  cell: (observer: string, peer: string) => string,
): Promise<string[]> {
  const names = nodes.map((node) => node.name);
  return columns(names, [
    { title: 'FROM \\ TO', cell: (name: string) => name },
    ...names.map((peer) => ({ title: title(peer), cell: (name: string) => cell(name, peer) })),
  ]);
}

/** `1-4 7 9-10`. Takes ascending numbers. */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}
