// The story of a run that can not end well: two of three disks are wiped, so the cluster can never
// write again. What is told is what happened, in order, and short.

import { beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/simulation/outcome.ts';
import { simulate } from '../../src/simulation/simulator.ts';
import { Storyteller } from '../../src/simulation/story.ts';
import { hopeless } from './hopeless.ts';

const storyteller = new Storyteller(hopeless);
let failure: Failure | null;
let story: readonly string[];

beforeAll(async () => {
  ({ failure } = await simulate(hopeless, { observers: [storyteller.observer] }));
  story = failure === null ? [] : storyteller.tell(failure);
});

const has = (words: string): number => story.findIndex((line) => line.includes(words));

describe('the story of a failure', () => {
  it('is of a run that failed for want of progress', () => {
    expect(failure).toMatchObject({ kind: 'liveness', invariant: 'progress' });
  });

  it('has a line for each fault, each death and each start that was refused, in order', () => {
    const order = [
      'node1 starts for the first time',
      'fault: wipe node1',
      'node1 dies',
      'node1 refuses to start: storage-wiped',
      'fault: wipe node2',
      'node2 refuses to start: storage-wiped',
      'the storm is over',
    ].map(has);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  it('says who led and what was answered', () => {
    expect(story.join('\n')).toMatch(/node\d leads group 2, term \d/);
    expect(story.join('\n')).toMatch(/answers put r1 v1 at quorum of client1\/1: written at \d/);
  });

  it('leaves out what turned clients away, and stays short', () => {
    expect(has('not-leader')).toBe(-1);
    expect(story.length).toBeLessThanOrEqual(41);
  });

  it('begins with the tick of each line', () => {
    for (const line of story) expect(line).toMatch(/^ *(\d+|…) {2}\S/);
  });

  it('tells only of the groups that the failure names', () => {
    const about = (message: string): string =>
      storyteller
        .tell({ kind: 'correctness', invariant: 'log-matching', tick: 9, message })
        .join('\n');
    expect(about('group 1: entries differ')).toContain('leads group 1');
    expect(about('group 1: entries differ')).not.toContain('leads group 2');
    expect(about('group 1: entries differ')).not.toContain('put r1');
    expect(about('r1 is not linearizable')).toContain('put r1');
    expect(about('r1 is not linearizable')).not.toContain('leads group 1');
  });
});
