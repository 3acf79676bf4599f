// When `up` on a cluster that runs must still wait.

import { describe, expect, it } from 'vitest';
import { clusterReport } from '../../src/cluster/report.ts';
import { startingStill } from '../../src/cluster/starting.ts';
import { cluster, names, nodeReport, status } from './report-facts.ts';

const led = [status('node1', [1]), status('node2', [0]), status('node3', [2])];
const leaderless = names.map((name) => status(name, []));
const nodes = (uptimeMs: number) => names.map((name) => nodeReport(name, { uptimeMs }));

describe('a cluster whose processes all run', () => {
  it('is not waited for when it is ready', () => {
    expect(startingStill(clusterReport({ cluster, nodes: nodes(500), answers: led }))).toEqual([]);
  });

  it('is waited for while a node is starting', () => {
    const starting = nodeReport('node3', { state: 'starting', keys: null });
    const mixed = [...nodes(500).slice(0, 2), starting];
    const report = clusterReport({ cluster, nodes: mixed, answers: led.slice(0, 2) });
    expect(startingStill(report)).toEqual(['node3 is starting']);
  });

  it('is waited for while its young nodes elect, but not for ever', () => {
    const young = clusterReport({ cluster, nodes: nodes(500), answers: leaderless });
    expect(startingStill(young)).toEqual(['2 partitions without a leader']);
    const old = clusterReport({ cluster, nodes: nodes(60_000), answers: leaderless });
    expect(startingStill(old)).toEqual([]);
  });
});
