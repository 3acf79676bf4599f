// Every change of membership really happens, in the order in which an operator does it, and every
// machine ends as it should.

import { describe, expect, test } from 'vitest';
import { nodeId, tick } from '../../src/core/model/ids.ts';
import type { Fault } from '../../src/faults/fault.ts';
import type { Plan } from '../../src/simulation/plan.ts';
import { simulate } from '../../src/simulation/simulator.ts';
import { Diary, node1, node3, planWith } from './plans.ts';

const node4 = nodeId('node4');
const at = (number: number) => ({ at: tick(number) });

async function play(faults: readonly Fault[], changes: Partial<Plan> = {}) {
  const diary = new Diary();
  const limits = { stableTicks: 10 };
  const plan = planWith(faults, { limits, partitions: 1, ...changes });
  const outcome = await simulate(plan, { observers: [diary] });
  expect(outcome.failure).toBeNull();
  return { diary, coverage: outcome.coverage };
}

describe('An operator', () => {
  test('starts a newcomer when its join is committed, and not before', async () => {
    const { diary, coverage } = await play([{ kind: 'join', node: node4, zone: 'a', ...at(100) }]);
    expect(diary.linesAbout('node4 ')).toContain('node4 starts 1');
    const start = diary.lines.findIndex((line) => line.endsWith('node4 starts 1'));
    const joins = diary.inputs.filter(
      ({ input }) => input.kind === 'request' && input.request.operation.kind === 'join',
    );
    expect(Number(diary.lines[start]?.split(' ')[0])).toBeGreaterThan(joins[0]?.at ?? 0);
    expect(coverage['rare member joined']).toBeGreaterThan(0);
    expect(coverage['rare learner added']).toBeGreaterThan(0);
  });

  test('asks again through a partition, until somebody answers', async () => {
    const { diary, coverage } = await play([
      { kind: 'isolate', node: node1, breaks: false, ...at(90), for: 300 },
      { kind: 'isolate', node: node3, breaks: false, ...at(90), for: 300 },
      { kind: 'join', node: node4, zone: '', ...at(100) },
    ]);
    const asked = diary.inputs.filter(
      ({ input }) => input.kind === 'request' && input.request.operation.kind === 'join',
    );
    expect(asked.length).toBeGreaterThan(1);
    expect(diary.linesAbout('node4 ')).toContain('node4 starts 1');
    expect(coverage['answer join quorum']).toBeGreaterThan(0);
  });

  test('is refused a name that is taken, and starts nobody', async () => {
    const { diary, coverage } = await play([{ kind: 'join', node: node3, zone: '', ...at(100) }]);
    expect(coverage['refusal member-exists']).toBeGreaterThan(0);
    expect(diary.linesAbout('node3 ')).toEqual(['node3 starts 1']);
  });

  test('lets a member leave, who is told when it is removed', async () => {
    const leave: Fault = { kind: 'leave', node: node4, force: false, ...at(100) };
    const { diary, coverage } = await play([leave], { nodes: 4 });
    expect(diary.linesAbout('node4 ')).toEqual(['node4 starts 1', 'node4 ends: removed']);
    expect(coverage['rare member removed']).toBeGreaterThan(0);
  });

  test('is refused a leave that would cost copies, unless it is forced', async () => {
    const leave = { kind: 'leave', node: node3, ...at(100) } as const;
    const refused = await play([{ ...leave, force: false }]);
    expect(refused.coverage['refusal member-needed']).toBeGreaterThan(0);
    expect(refused.diary.linesAbout('node3 ends')).toEqual([]);
    const forced = await play([{ ...leave, force: true }]);
    expect(forced.diary.linesAbout('node3 ends')).toEqual(['node3 ends: removed']);
  });

  test('replaces a machine that is lost, under its name, with another disk', async () => {
    const { diary, coverage } = await play([{ kind: 'replace', node: node3, ...at(100) }]);
    const lines = diary.linesAbout('node3 ').filter((line) => / starts | ends: /.test(line));
    expect(lines).toEqual(['node3 starts 1', 'node3 ends: kill', 'node3 starts 1']);
    expect(coverage['rare name that joins again']).toBeGreaterThan(0);
  });

  test('tells a machine that comes back after it was removed', async () => {
    const { diary, coverage } = await play(
      [
        { kind: 'leave', node: node4, force: false, ...at(50) },
        { kind: 'revive', node: node4, ...at(500) },
      ],
      { nodes: 4 },
    );
    const told = 'node4 ends: removed';
    expect(diary.linesAbout('node4 ')).toEqual(['node4 starts 1', told, 'node4 starts 2', told]);
    expect(coverage['rare removed machine started again']).toBe(1);
  });

  test('changes how many copies there are', async () => {
    const fewer = { replicationFactor: 2, deadNodeTimeoutMs: null };
    const { coverage } = await play([{ kind: 'configure', ...fewer, ...at(100) }]);
    expect(coverage['rare settings changed']).toBeGreaterThan(0);
    expect(coverage['rare voter removed']).toBeGreaterThan(0);
  });
});

test('a cluster gives up who is dead for too long, and replaces nobody by itself', async () => {
  const changes = { nodes: 4, deadNodeTimeoutMs: 600, ticks: 1500 };
  const { diary, coverage } = await play(
    [
      { kind: 'kill', node: node4, ...at(100), for: 1200 },
      { kind: 'configure', replicationFactor: null, deadNodeTimeoutMs: 700, ...at(50) },
    ],
    changes,
  );
  expect(coverage['rare member given up']).toBeGreaterThan(0);
  expect(diary.linesAbout('node4 ').at(-1)).toBe('node4 ends: removed');
});
