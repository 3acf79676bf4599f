// How the cluster is shown: the report as JSON, or one of the views for people.

import type { Cluster } from '../../src/cluster/cluster.ts';
import type { ClusterReport } from '../../src/cluster/report.ts';
import type { Palette } from '../../src/terminal/palette.ts';
import type { Shown } from './output.ts';

export const views = ['nodes', 'raft', 'ring', 'links', 'beliefs'] as const;
export type View = (typeof views)[number];

export interface StatusRequest {
  /** Only this node's row. */
  readonly node?: string | undefined;
  readonly view?: View;
  /** The raft and links views below. */
  readonly verbose?: boolean;
  readonly exitCode?: boolean;
}

/** Looks at the cluster now. */
export async function shownStatus(cluster: Cluster, request: StatusRequest): Promise<Shown> {
  const { withRunningNodes } = await import('../../src/cluster/connection.ts');
  const { probeCluster } = await import('../../src/cluster/probe.ts');
  const report = await withRunningNodes(cluster, (db) => probeCluster(cluster, db));
  return shownReport(report, request);
}

/** A report that is there already. */
export async function shownReport(report: ClusterReport, request: StatusRequest): Promise<Shown> {
  const shown = await onlyNode(report, request.node);
  const { paletteFor } = await import('../../src/terminal/palette.ts');
  const degraded = report.data.unavailable > 0 || report.nodes.some((node) => node.state !== 'up');
  return {
    json: { ...shown },
    text: () => chosenLines(shown, request, paletteFor(process.stdout)),
    names: shown.nodes.map((node) => node.name),
    exitCode: request.exitCode && degraded ? 1 : 0,
  };
}

async function chosenLines(
  report: ClusterReport,
  { view = 'nodes', verbose = false }: StatusRequest,
  palette: Palette,
): Promise<string[]> {
  const chosen = verbose ? [view, 'raft' as const, 'links' as const] : [view];
  const blocks = await Promise.all(chosen.map((one) => viewLines(report, one, palette)));
  return blocks.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

async function viewLines(report: ClusterReport, view: View, palette: Palette): Promise<string[]> {
  const { statusLines } = await import('../../src/terminal/status-view.ts');
  if (view === 'nodes') return statusLines(report, palette);
  const others = await import('../../src/terminal/status-other-views.ts');
  const lines = {
    raft: others.raftLines,
    ring: others.ringLines,
    links: others.linksLines,
    beliefs: others.beliefsLines,
  }[view];
  return lines(report, palette);
}

async function onlyNode(report: ClusterReport, word: string | undefined): Promise<ClusterReport> {
  if (word === undefined) return report;
  const { expectNode } = await import('../../src/cluster/target.ts');
  const names = report.nodes.map((node) => node.name);
  const name = expectNode(word, names);
  return { ...report, nodes: report.nodes.filter((node) => node.name === name) };
}
