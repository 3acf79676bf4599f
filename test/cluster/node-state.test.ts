// The state of a node follows from facts alone.

import { describe, expect, it } from 'vitest';
import { nodeState, type StateFacts } from '../../src/cluster/node-state.ts';

const record = { pid: 100, startTime: '555', startedAt: 0 };
const healthy: StateFacts = {
  condition: 'running',
  record,
  lastAction: null,
  exit: null,
  answered: true,
  ageMs: 60_000,
  beforeBoot: false,
  observers: 2,
  suspectedBy: 0,
};
const gone: StateFacts = { ...healthy, condition: 'gone', answered: false };
const exit = { pid: 100, exitCode: 1, code: 'disk-full', message: '', hint: '' };
const action = { pid: 100, startTime: '555', at: 0, signal: 'SIGKILL' };

describe('a process that is there', () => {
  it('is up when it answers', () => {
    expect(nodeState(healthy)).toBe('up');
  });

  it('is paused when the system has stopped it, whatever else is known', () => {
    expect(nodeState({ ...healthy, condition: 'paused', answered: false })).toBe('paused');
  });

  it('is starting while it is young and silent, and unreachable later', () => {
    expect(nodeState({ ...healthy, answered: false, ageMs: 100 })).toBe('starting');
    expect(nodeState({ ...healthy, answered: false })).toBe('unreachable');
  });

  it('is suspect when every other node that answered has lost it', () => {
    expect(nodeState({ ...healthy, suspectedBy: 2 })).toBe('suspect');
    expect(nodeState({ ...healthy, suspectedBy: 1 })).toBe('up');
    expect(nodeState({ ...healthy, observers: 0, suspectedBy: 0 })).toBe('up');
  });

  it('is not suspect in the moment after its start', () => {
    expect(nodeState({ ...healthy, suspectedBy: 2, ageMs: 500 })).toBe('up');
  });
});

describe('a process that is gone', () => {
  it('was killed or stopped when a command of ours did it to exactly that process', () => {
    expect(nodeState({ ...gone, lastAction: { ...action, action: 'kill' } })).toBe('killed');
    expect(nodeState({ ...gone, lastAction: { ...action, action: 'stop' } })).toBe('stopped');
  });

  it('crashed when our action was for an earlier process with the same pid', () => {
    const earlier = { ...action, action: 'kill', startTime: '444' } as const;
    expect(nodeState({ ...gone, lastAction: earlier })).toBe('crashed');
  });

  it('crashed when it left a reason, or no word at all', () => {
    expect(nodeState({ ...gone, exit })).toBe('crashed');
    expect(nodeState(gone)).toBe('crashed');
  });

  it('stopped when it ended cleanly by itself, never ran, or the machine was switched off', () => {
    expect(nodeState({ ...gone, exit: { ...exit, exitCode: 0 } })).toBe('stopped');
    expect(nodeState({ ...gone, record: null })).toBe('stopped');
    expect(nodeState({ ...gone, beforeBoot: true })).toBe('stopped');
  });

  it('is not judged by the exit record of another process', () => {
    expect(nodeState({ ...gone, exit: { ...exit, pid: 99, exitCode: 0 } })).toBe('crashed');
  });
});
