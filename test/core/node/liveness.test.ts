// Whom a node takes for reachable, from connections and silence.

import { describe, expect, it } from 'vitest';
import { incarnation, nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Liveness } from '../../../src/core/node/liveness.ts';

const node1 = nodeId('node1');
const node2 = nodeId('node2');
const timeout = limits.silenceTicks;

function pair(): Liveness {
  const liveness = new Liveness(node1, [node1, node2]);
  liveness.up(node2, incarnation(1));
  return liveness;
}

describe('liveness', () => {
  it('a node reaches itself, and nobody whom it has not met', () => {
    const liveness = new Liveness(node1, [node1, node2]);
    expect(liveness.reachable(node1)).toBe(true);
    expect(liveness.reachable(node2)).toBe(false);
  });

  it('a connected peer that is silent for an election timeout falls once', () => {
    const liveness = pair();
    expect(liveness.tick(timeout - 1)).toEqual([]);
    expect(liveness.tick(1)).toEqual([node2]);
    expect(liveness.tick(timeout)).toEqual([]);
    expect(liveness.reachable(node2)).toBe(false);
  });

  it('many nodes greet each other half as often, and are given up later', () => {
    const many = Array.from({ length: 6 }, (_, n) => nodeId(`node${n + 1}`));
    const liveness = new Liveness(node1, many);
    for (const peer of liveness.peers) liveness.up(peer, incarnation(1));
    expect(liveness.rhythm).toEqual({ aliveTicks: 30, silenceTicks: 90 });
    expect(liveness.tick(89)).toEqual([]);
    expect(liveness.tick(1)).toEqual(many.slice(1));
    expect(pair().rhythm).toEqual({ aliveTicks: 20, silenceTicks: 60 });
  });

  it('a peer that is silent while members come or go falls by the pace that holds then, and once', () => {
    const some = Array.from({ length: 5 }, (_, n) => nodeId(`node${n + 1}`));
    const many = [...some, nodeId('node6')];
    const liveness = new Liveness(node1, many);
    for (const peer of liveness.peers) liveness.up(peer, incarnation(1));
    expect(liveness.tick(70)).toEqual([]);
    liveness.setNodes(some);
    expect(liveness.tick(1)).toEqual(some.slice(1));
    liveness.setNodes(many);
    expect(liveness.reachable(node2)).toBe(false);
    expect(liveness.tick(70)).toEqual([]);
    expect(liveness.heard(node2)).toBe(true);
  });

  it('a silent peer that speaks again came back; one that was never silent did not', () => {
    const liveness = pair();
    expect(liveness.heard(node2)).toBe(false);
    liveness.tick(timeout);
    expect(liveness.heard(node2)).toBe(true);
    expect(liveness.reachable(node2)).toBe(true);
  });

  it('a lost connection makes a peer unreachable at once, and it does not fall again later', () => {
    const liveness = pair();
    liveness.down(node2);
    expect(liveness.reachable(node2)).toBe(false);
    expect(liveness.tick(timeout)).toEqual([]);
  });

  it('a peer is well for as long as it could be reached without a break', () => {
    const broken: readonly [string, (liveness: Liveness) => void][] = [
      ['its connection was lost', (liveness) => liveness.down(node2)],
      ['it restarted', (liveness) => liveness.up(node2, incarnation(2))],
      ['it was silent', (liveness) => liveness.tick(timeout)],
    ];
    for (const [what, happens] of broken) {
      const liveness = pair();
      for (let i = 0; i < 10; i++) {
        liveness.tick(10);
        liveness.heard(node2);
      }
      expect(liveness.wellTicks(node2), what).toBe(100);
      happens(liveness);
      expect(liveness.wellTicks(node2), what).toBe(0);
    }
  });

  it('a peer that cannot be reached gets no better', () => {
    const liveness = pair();
    liveness.tick(timeout);
    liveness.tick(1);
    expect(liveness.wellTicks(node2)).toBe(0);
    liveness.down(node2);
    liveness.heard(node2);
    liveness.tick(1);
    expect(liveness.wellTicks(node2)).toBe(0);
    liveness.up(node2, incarnation(1));
    liveness.tick(1);
    expect(liveness.wellTicks(node2)).toBe(1);
  });

  it('a peer of a new incarnation has restarted', () => {
    const liveness = pair();
    expect(liveness.up(node2, incarnation(1))).toBe(false);
    expect(liveness.up(node2, incarnation(2))).toBe(true);
  });
});
