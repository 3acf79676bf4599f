// `dsys ls` as a person sees it.

import { columns } from './columns.ts';

export interface ListedRow {
  readonly name: string;
  readonly nodes: number;
  readonly running: number;
  readonly basePort: number;
  readonly createdAt: string;
  readonly directory: string;
  readonly used: boolean;
}

export async function clusterLines(clusters: readonly ListedRow[]): Promise<string[]> {
  if (clusters.length === 0) return ['no clusters yet; start one: dsys up --nodes 3'];
  return columns(clusters, [
    { title: 'CLUSTER', cell: (row) => `${row.name}${row.used ? ' *' : ''}` },
    { title: 'RUNNING', align: 'right', cell: (row) => `${row.running}/${row.nodes}` },
    { title: 'PORTS FROM', align: 'right', cell: (row) => String(row.basePort) },
    { title: 'CREATED', cell: (row) => row.createdAt.slice(0, 19).replace('T', ' ') },
    { title: 'DIRECTORY', cell: (row) => row.directory },
  ]);
}
