// TARGET grammar: which nodes a command means.

import { describe, expect, it } from 'vitest';
import {
  drawTargets,
  expectNode,
  needsLeader,
  type TargetFacts,
} from '../../src/cluster/target.ts';
import { DsysError } from '../../src/errors.ts';

const five: TargetFacts = {
  nodes: ['node1', 'node2', 'node3', 'node4', 'node5'],
  candidates: ['node1', 'node2', 'node3', 'node4', 'node5'],
  leader: 'node2',
};

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (cause) {
    if (cause instanceof DsysError) return `${cause.code}: ${cause.hint}`;
    throw cause;
  }
  return 'no error';
}

describe('names', () => {
  it('takes a name, a number and lists of both, in the order of the cluster, once each', () => {
    expect(drawTargets(['node2'], five, 's').nodes).toEqual(['node2']);
    expect(drawTargets(['2'], five, 's').nodes).toEqual(['node2']);
    expect(drawTargets(['node3,node1'], five, 's').nodes).toEqual(['node1', 'node3']);
    expect(drawTargets(['5', 'node1', '5'], five, 's').nodes).toEqual(['node1', 'node5']);
  });

  it('knows that named nodes were named, and that no chance was in it', () => {
    expect(drawTargets(['1,2'], five, 's')).toMatchObject({ named: true, seed: null });
    expect(drawTargets(['all'], five, 's')).toMatchObject({ named: false, seed: null });
  });

  it('refuses an unknown node and says which was probably meant', () => {
    expect(codeOf(() => drawTargets(['nod2'], five, 's'))).toBe(
      'node-not-found: did you mean node2?',
    );
    expect(codeOf(() => drawTargets(['leadr'], five, 's'))).toBe(
      'node-not-found: did you mean leader?',
    );
    expect(codeOf(() => drawTargets(['9'], five, 's'))).toContain('node-not-found');
    expect(codeOf(() => expectNode('node9', five.nodes))).toContain('node-not-found');
  });

  it('refuses an empty word, which names nothing', () => {
    for (const words of [[''], [','], ['', '']]) {
      expect(codeOf(() => drawTargets(words, five, 's'))).toMatch(/^usage: name nodes/);
    }
  });
});

describe('roles', () => {
  it('takes the leader, and everyone else who can be acted on', () => {
    expect(drawTargets(['leader'], five, 's').nodes).toEqual(['node2']);
    const facts = { ...five, candidates: ['node1', 'node2', 'node5'] };
    expect(drawTargets(['followers'], facts, 's').nodes).toEqual(['node1', 'node5']);
  });

  it('fails when there is no leader', () => {
    const facts = { ...five, leader: null };
    expect(codeOf(() => drawTargets(['leader'], facts, 's'))).toContain('unavailable');
    expect(codeOf(() => drawTargets(['followers'], facts, 's'))).toContain('unavailable');
  });

  it('asks for the leader only when a role is named', () => {
    expect(needsLeader(['node1,leader'])).toBe(true);
    expect(needsLeader(['followers'])).toBe(true);
    expect(needsLeader(['minority', 'node1'])).toBe(false);
  });
});

describe('quantities', () => {
  it('draws as many as the word says, from those that can be acted on', () => {
    const counts = ['one', 'minority', 'majority', 'all'].map(
      (word) => drawTargets([word], five, 'seed').nodes.length,
    );
    expect(counts).toEqual([1, 2, 3, 5]);
    const facts = { ...five, candidates: ['node3', 'node4'] };
    expect(drawTargets(['one'], facts, 'x').nodes[0]).toMatch(/node[34]/);
    expect(drawTargets(['majority'], facts, 'x').nodes).toEqual(['node3', 'node4']);
  });

  it('draws the same for the same seed, and tells the seed', () => {
    for (const word of ['one', 'minority', 'majority', 'random']) {
      const first = drawTargets([word], five, '42');
      expect(drawTargets([word], five, '42')).toEqual(first);
      expect(first.seed).toBe('42');
    }
  });

  it('reaches every node with some seed', () => {
    const drawn = Array.from(
      { length: 60 },
      (_, seed) => drawTargets(['one'], five, `${seed}`).nodes,
    );
    expect(new Set(drawn.flat()).size).toBe(5);
  });

  it('draws a random number of nodes, at least one', () => {
    const sizes = Array.from(
      { length: 60 },
      (_, seed) => drawTargets(['random'], five, `${seed}`).nodes.length,
    );
    expect(Math.min(...sizes)).toBe(1);
    expect(Math.max(...sizes)).toBe(5);
  });

  it('knows that two nodes have no minority', () => {
    const two = { nodes: ['node1', 'node2'], candidates: ['node1', 'node2'], leader: 'node1' };
    expect(codeOf(() => drawTargets(['minority'], two, 's'))).toContain('invalid-argument');
  });
});
