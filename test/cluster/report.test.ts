// What is made of the nodes' own words: the status report, and readiness.

import { describe, expect, it } from 'vitest';
import { Readiness } from '../../src/cluster/readiness.ts';
import { clusterReport } from '../../src/cluster/report.ts';
import { groupId, logIndex, nodeId, term } from '../../src/core/model/ids.ts';
import {
  cluster,
  controlRow,
  group,
  names,
  nodeReport,
  peerStatus,
  status,
} from './report-facts.ts';

const allUp = names.map((name) => nodeReport(name));
const healthy = [status('node1', [1]), status('node2', [0]), status('node3', [2])];

describe('the report of a healthy cluster', () => {
  const report = clusterReport({ cluster, nodes: allUp, answers: healthy });

  it('names the leader of the control group and of each partition', () => {
    expect(report.consensus.control).toMatchObject({ leader: 'node2', term: 4, voters: names });
    expect(report.consensus.partitions.map(({ id, leader }) => [id, leader])).toEqual([
      [1, 'node1'],
      [2, 'node3'],
    ]);
  });

  it('finds everything available and fully replicated, and counts each key once', () => {
    const data = {
      keys: 40,
      underReplicated: 0,
      unavailable: 0,
      pendingOneWrites: 0,
      conflicts: 0,
    };
    expect(report.data).toMatchObject(data);
  });

  it('tells who hears whom', () => {
    expect(report.membership.beliefs.node1).toEqual({ node2: 'up', node3: 'up' });
    expect(report.membership.links.node1).toEqual({ node2: 'connected', node3: 'connected' });
    expect(report.membership.phi.node2).toEqual({ node1: 0.12, node3: 0.12 });
    expect(report.membership.disputed).toEqual([]);
  });
});

describe('the report while members come and go', () => {
  const row = controlRow({
    members: [...names, 'node4'],
    departures: [{ node: 'node3', how: 'leaving', epoch: 2, groups: [groupId(1)] }],
    placement: [names, ['node1', 'node2', 'node4'], names],
    replicationFactor: 2,
  });
  const report = clusterReport({ cluster, nodes: allUp, answers: healthy, control: row });

  it('has the settings and the epoch of the control group', () => {
    expect(report.cluster).toMatchObject({ replicationFactor: 2, epoch: 7 });
  });

  it('counts replicas that are not in place, and names who comes and goes', () => {
    expect(report.data).toMatchObject({ replicas: 6, moving: 1, underReplicated: 0 });
    expect(report.membership.departures).toEqual([{ node: 'node3', how: 'leaving', groups: 1 }]);
    expect(report.membership.joining).toEqual([{ node: 'node4', moved: 0, total: 1 }]);
    expect(report.membership.unlisted).toEqual(['node4']);
  });

  it('names nodes that were taken out', () => {
    const gone = controlRow({ members: ['node1', 'node2'], placement: [names, names, names] });
    const after = clusterReport({ cluster, nodes: allUp, answers: healthy, control: gone });
    expect(after.membership.removed).toEqual(['node3']);
  });

  it('counts no copy that is far behind', () => {
    const far = group(1, { lastIndex: logIndex(1), appliedIndex: logIndex(1) });
    const ahead = { commitIndex: logIndex(5000), lastIndex: logIndex(5000) };
    const lead = group(1, { role: 'leader', leader: nodeId('node1'), ...ahead });
    const answers = [
      status('node1', [1], { groups: [group(0), lead, group(2)] }),
      status('node2', [0], { groups: [group(0), group(1, ahead), group(2)] }),
      status('node3', [2], { groups: [group(0), far, group(2)] }),
    ];
    const lagging = clusterReport({ cluster, nodes: allUp, answers });
    expect(lagging.data.underReplicated).toBe(1);
  });
});

describe('the report after a death', () => {
  it('names no leader while the dead one has no successor', () => {
    const followers = healthy.filter((answer) => answer.node !== 'node2');
    const report = clusterReport({ cluster, nodes: allUp, answers: followers });
    expect(report.consensus.control.leader).toBeNull();
    const dead = report.consensus.control.nodes.find((node) => node.name === 'node2');
    expect(dead).toEqual({
      name: 'node2',
      role: null,
      term: null,
      commitIndex: null,
      appliedIndex: null,
      lag: null,
    });
    expect(report.data.underReplicated).toBe(2);
    expect(report.data.unavailable).toBe(0);
  });

  it('does not believe a deposed leader of an older term', () => {
    const newer = group(0, { role: 'leader', term: term(5), leader: nodeId('node3') });
    const groups = [newer, group(1), group(2, { role: 'leader' })];
    const answers = [healthy[0], healthy[1], status('node3', [], { groups })].flatMap(
      (answer) => answer ?? [],
    );
    const report = clusterReport({ cluster, nodes: allUp, answers });
    expect(report.consensus.control).toMatchObject({ leader: 'node3', term: 5 });
  });

  it('calls partitions unavailable when their majority is gone', () => {
    const report = clusterReport({ cluster, nodes: allUp, answers: [status('node1', [1])] });
    expect(report.data).toMatchObject({ underReplicated: 2, unavailable: 2 });
  });

  it('still has every field when nobody answers', () => {
    const report = clusterReport({ cluster, nodes: allUp, answers: [] });
    expect(report.consensus.control).toMatchObject({ leader: null, term: 0, voters: names });
    expect(report.consensus.partitions).toHaveLength(2);
    expect(report.data).toMatchObject({ keys: 0, underReplicated: 2, unavailable: 2 });
  });
});

describe('readiness', () => {
  const plan = { nodes: names, partitions: 2 };

  it('is there when all answer, hear each other, and every leader has committed in its term', () => {
    expect(new Readiness(plan).missing(healthy)).toEqual([]);
  });

  it('lacks a node that does not answer', () => {
    const missing = new Readiness(plan).missing(healthy.slice(0, 2));
    expect(missing).toContain('node3 does not answer');
    expect(missing).toContain('1 of 3 groups without a leader');
  });

  it('lacks a connection between nodes', () => {
    const peers = [peerStatus('node2', { connected: false, silentMs: 900 })];
    const answers = [status('node1', [1], { peers }), ...healthy.slice(1)];
    expect(new Readiness(plan).missing(answers)).toEqual(['node1 does not hear node2']);
  });

  it('waits for the commit of what a leader had when it was first seen, not for later entries', () => {
    const readiness = new Readiness(plan);
    const at = (last: number, commit: number) => {
      const leading = group(0, {
        role: 'leader',
        lastIndex: logIndex(last),
        commitIndex: logIndex(commit),
      });
      return [
        status('node1', [1]),
        status('node2', [], { groups: [leading] }),
        status('node3', [2]),
      ];
    };
    expect(readiness.missing(at(10, 9))).toEqual(['1 of 3 groups without a leader']);
    expect(readiness.missing(at(14, 10))).toEqual([]);
  });
});
