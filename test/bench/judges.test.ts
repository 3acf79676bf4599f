// The judges of a torture run, each shown the truth and every lie that it exists to catch.

import { describe, expect, it } from 'vitest';
import { CounterJudge, divergences, isSettled, RegisterJudge } from '../../bench/judges.ts';

describe('the judge of a key', () => {
  it('accepts absence before the first write, and the last acknowledged value after it', () => {
    const judge = new RegisterJudge('k');
    expect(judge.read(null)).toBeNull();
    judge.wrote('a', 'acknowledged');
    judge.wrote('b', 'acknowledged');
    expect(judge.read('b')).toBeNull();
  });

  it('catches a lost write: an older acknowledged value, or none', () => {
    const judge = new RegisterJudge('k');
    judge.wrote('a', 'acknowledged');
    judge.wrote('b', 'acknowledged');
    expect(judge.read('a')).toContain('expected b, found a');
    expect(judge.read(null)).toContain('expected b, found null');
  });

  it('catches a value that nobody wrote', () => {
    expect(new RegisterJudge('k').read('z')).toContain('found z');
  });

  it('catches a write that was called failed and took effect', () => {
    const judge = new RegisterJudge('k');
    judge.wrote('a', 'failed');
    expect(judge.read('a')).toContain('certainly failed');
  });

  it('accepts that a write of unknown outcome took effect, and holds it to that from then on', () => {
    const judge = new RegisterJudge('k');
    judge.wrote('a', 'acknowledged');
    judge.wrote('b', 'unknown');
    expect(judge.read('a')).toBeNull();
    expect(judge.read('b')).toBeNull();
    expect(judge.read('a')).toContain('expected b, found a');
    expect(judge.late).toBe(0);
  });

  it('counts a write of unknown outcome that acts after a later one was acknowledged', () => {
    const judge = new RegisterJudge('k');
    judge.wrote('a', 'unknown');
    judge.wrote('b', 'acknowledged');
    expect(judge.read('a')).toBeNull();
    expect(judge.late).toBe(1);
  });
});

describe('the judge of a counter', () => {
  it('accepts from acknowledged to acknowledged plus unknown, and nothing outside', () => {
    const judge = new CounterJudge('c');
    for (const fate of ['acknowledged', 'acknowledged', 'unknown', 'failed'] as const) {
      judge.incremented(fate);
    }
    expect(judge.read(2)).toBeNull();
    expect(judge.read(3)).toBeNull();
    expect(judge.read(1)).toContain('expected 2 to 3, found 1');
    expect(judge.read(4)).toContain('expected 2 to 3, found 4');
  });
});

describe('the comparison of replicas', () => {
  const state = (node: string, appliedIndex: number, hash: string) => ({
    node,
    group: 7,
    appliedIndex,
    hash,
  });

  it('catches two hashes at one applied index', () => {
    expect(divergences([state('node1', 5, 'aa'), state('node2', 5, 'bb')])).toHaveLength(1);
  });

  it('does not compare different indexes', () => {
    expect(divergences([state('node1', 5, 'aa'), state('node2', 6, 'bb')])).toEqual([]);
  });

  it('is settled only when every replica is there at one index', () => {
    const two = [state('node1', 5, 'aa'), state('node2', 5, 'aa')];
    expect(isSettled(two, 2)).toBe(true);
    expect(isSettled(two, 3)).toBe(false);
    expect(isSettled([...two, state('node3', 4, 'cc')], 3)).toBe(false);
  });
});
