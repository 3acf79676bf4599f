// The other views of `dsys status`: raft (every group), ring (who holds and leads what), links (who
// hears whom), beliefs (what each node thinks of the others).

import { columns } from './columns.ts';
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

/** One line a node: its share of replicas and leaderships, and which partitions it leads. */
export const ringLines: View = async (report, palette) => {
  const { partitions } = report.consensus;
  const rows = report.nodes.map(({ name }) => ({
    name,
    holds: partitions.filter((partition) => partition.replicas.includes(name)),
    leads: partitions.filter((partition) => partition.leader === name),
  }));
  return [
    headLine(report, palette),
    ...(await columns(rows, [
      { title: 'NODE', cell: (row) => row.name },
      { title: 'HOLDS', align: 'right', cell: (row) => String(row.holds.length) },
      { title: 'LEADS', align: 'right', cell: (row) => String(row.leads.length) },
      { title: 'LEADS PARTITIONS', cell: (row) => ranges(row.leads.map(({ id }) => id)) || '-' },
    ])),
  ];
};

/** A square of nodes: the row's node has a connection to the column's node, or not. */
export const linksLines: View = async (report, palette) =>
  square(report, palette, (belief) => (belief === 'up' ? 'connected' : palette.red('silent')));

/** A square of nodes: what the row's node thinks of the column's node. */
export const beliefsLines: View = async (report, palette) =>
  square(report, palette, (belief) => (belief === 'up' ? belief : palette.red(belief)));

async function square(
  report: StatusReport,
  palette: Palette,
  word: (belief: string) => string,
): Promise<string[]> {
  const names = report.nodes.map((node) => node.name);
  const { beliefs } = report.membership;
  const cell = (observer: string, peer: string): string => {
    const belief = beliefs[observer]?.[peer];
    return belief === undefined ? '-' : word(belief);
  };
  const shape = [
    { title: 'FROM \\ TO', cell: (name: string) => name },
    ...names.map((peer) => ({ title: peer, cell: (name: string) => cell(name, peer) })),
  ];
  return [headLine(report, palette), ...(await columns(names, shape))];
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
