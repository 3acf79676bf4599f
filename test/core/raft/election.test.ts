// Leader election (Raft paper, section 5.2; PreVote, leases and CheckQuorum from Ongaro's thesis).

import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { Cluster } from './cluster.ts';

describe('election', () => {
  test('three nodes elect one leader', () => {
    const cluster = new Cluster();
    cluster.tickUntil(() => cluster.leaders().length === 1);
    cluster.tick(200);
    expect(cluster.leaders()).toHaveLength(1);
  });
  test('smoke', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.propose('a', 'x', 'y');
    cluster.settle();
    cluster.tick(10);
    expect(cluster.member('b').applied).toEqual(['x', 'y']);
    cluster.tick(30);
    expect(cluster.view('a').quiet).toBe(true);
    expect(cluster.view('b').quiet).toBe(true);
    cluster.crash('a');
    cluster.on('b', (r) => r.onPeerDown(nodeId('a')));
    cluster.on('c', (r) => r.onPeerDown(nodeId('a')));
    cluster.tick(10);
    expect(cluster.leaders()).toHaveLength(1);
  });
});
