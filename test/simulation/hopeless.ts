// A plan that must fail, by design and not by a bug: more disks are destroyed than a cluster can
// bear, so what is asked afterwards never ends.

import { nodeId, tick } from '../../src/core/model/ids.ts';
import { drawPlan } from '../../src/simulation/draw.ts';
import type { Plan, PlannedFault, PlannedOperation } from '../../src/simulation/plan.ts';

const wipe = (id: number, at: number): PlannedFault => ({
  id,
  turn: 0,
  fault: { kind: 'wipe', node: nodeId(`node${id}`), at: tick(at), for: 20 },
});

const write = (id: number, at: number): PlannedOperation => ({
  id,
  at: tick(at),
  client: 1,
  via: 'leader',
  kind: 'write',
  key: 'r1',
  value: `v${id}`,
  consistency: 'quorum',
  retries: 3,
  deadlineTicks: 100,
});

export const hopeless: Plan = {
  ...drawPlan('hopeless', { nodes: 3, ticks: 300 }),
  partitions: 2,
  limits: {},
  network: { delayMin: 0, delayMax: 1, loss: 0, dup: 0, reorder: 0 },
  disk: { delayMin: 0, delayMax: 1 },
  pace: { lazy: 0 },
  mix: { wipe: 2 },
  faults: [wipe(1, 150), wipe(2, 200)],
  operations: [write(1, 100), write(2, 250)],
};
