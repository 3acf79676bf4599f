// One join, one leave, one replacement; each with a crash at every step of it: of the machine that
// comes or goes, of the leader of the group that moves, of the leader of the control group. The steps
// are found by watching a run without a crash.

import { describe, expect, test } from 'vitest';
import { nodeId, tick } from '../../src/core/model/ids.ts';
import type { Fault } from '../../src/faults/fault.ts';
import type { Plan } from '../../src/simulation/plan.ts';
import { simulate } from '../../src/simulation/simulator.ts';
import { planWith, writes } from './plans.ts';
import { type Step, stepsOf } from './steps.ts';

const [node3, node4] = [nodeId('node3'), nodeId('node4')];
const at = tick(100);
const crashTicks = 90;

/** Small logs and chunks: a newcomer is sent a snapshot, in several pieces. */
const small = {
  logEntriesMax: 4,
  logEntriesTrailing: 2,
  stateSaveTicks: 5,
  snapshotChunkBytes: 200,
  stableTicks: 10,
};

const changes: readonly { readonly fault: Fault; readonly plan: Partial<Plan> }[] = [
  { fault: { kind: 'join', node: node4, zone: '', at }, plan: { nodes: 3, partitions: 2 } },
  { fault: { kind: 'leave', node: node4, force: false, at }, plan: { nodes: 4 } },
  { fault: { kind: 'replace', node: node3, at }, plan: { nodes: 4 } },
];

function planOf({ fault, plan }: (typeof changes)[number], crash: readonly Fault[] = []): Plan {
  return planWith([fault, ...crash], {
    ticks: 500,
    partitions: 1,
    limits: small,
    operations: writes(500),
    ...plan,
  });
}

describe.each(changes)('$fault.kind', async (change) => {
  const { fault } = change;
  const mover = 'node' in fault ? fault.node : node4;
  const steps = await stepsOf(planOf(change), at);

  test('has the steps that it should have', () => {
    const names = steps.map(({ name }) => name);
    for (const name of expected[fault.kind] ?? []) expect(names).toContain(name);
  });

  describe.each(momentsOf(steps))('$name', (step) => {
    test.each(victimsAt(step, mover))('%s, %s', async (_who, kind, node) => {
      const lasts = { at: tick(step.at), for: crashTicks };
      const crash: Fault =
        kind === 'kill' ? { kind, node, ...lasts } : { kind, node, breaks: true, ...lasts };
      const { failure } = await simulate(planOf(change, [crash]));
      expect(failure).toBeNull();
    });
  });
});

/** What happens in one tick is struck by one crash. */
function momentsOf(steps: readonly Step[]): readonly Step[] {
  const ticks = [...new Set(steps.map((step) => step.at))];
  return ticks.flatMap((tick) => {
    const together = steps.filter((step) => step.at === tick);
    const name = together.map((step) => step.name).join('; ');
    return together.slice(0, 1).map((step) => ({ ...step, name }));
  });
}

/** Each node once, by the first of its parts. */
function victimsAt({ source, control }: Step, mover: typeof node4) {
  const parts = [
    ['the machine that moves', mover],
    ['the source', source],
    ['the leader of the control group', control],
  ] as const;
  return parts.flatMap(([who, node], part) => {
    const isFirst = parts.findIndex(([, other]) => other === node) === part;
    if (node === null || !isFirst) return [];
    return [[who, 'kill', node] as const, [who, 'isolate', node] as const];
  });
}

const expected: Readonly<Partial<Record<Fault['kind'], readonly string[]>>> = {
  join: [
    'member-joined committed',
    'learner added in group 0',
    'learner added in group 1',
    'replica born in group 0',
    'install-snapshot in group 0',
    'replica born in group 1',
    'joint configuration committed in group 1',
    'replica dropped in group 1',
    'owner-released committed in group 1',
  ],
  leave: [
    'member-departing committed',
    'joint configuration appended in group 1',
    'joint configuration committed in group 1',
    'simple configuration committed in group 1',
    'ask-standing',
    'not-a-member',
    'ask-release',
    'released',
    'replica dropped in group 1',
    'report-released',
    'groups-released committed',
    'member-removed committed',
    'told of its removal',
  ],
  replace: [
    'member-departing committed',
    'report-released',
    'groups-released committed',
    'member-removed committed',
    'member-joined committed',
    'learner added in group 0',
  ],
};
