// Coverage counts what happened, under the names that a proof is expected to show.

import { describe, expect, test } from 'vitest';
import { incarnation, tick } from '../../src/core/model/ids.ts';
import { faultKinds } from '../../src/faults/fault.ts';
import { CoverageCounter, expectedCoverage } from '../../src/simulation/coverage.ts';
import {
  asked,
  group,
  heartbeat,
  machine,
  node1,
  node2,
  recovered,
  replica,
  tentative,
  view,
  vote,
  written,
} from './invariants/planted.ts';

describe('coverage', () => {
  test('counts messages, refused votes and forwarded requests', () => {
    const coverage = new CoverageCounter();
    const receive = (message: ReturnType<typeof heartbeat>) =>
      coverage.onInput(machine(node1), {
        kind: 'message',
        from: node2,
        message: { kind: 'group', group, message },
      });
    receive(heartbeat(1));
    receive(heartbeat(1));
    receive(vote({ term: 1, granted: false, pre: true }));
    const { request } = asked({});
    const forward = { kind: 'forward', request } as const;
    coverage.onInput(machine(node1), { kind: 'message', from: node2, message: forward });
    expect(coverage.counts.toCoverage()).toMatchObject({
      'raft heartbeat': 2,
      'raft vote': 1,
      'rare pre-vote refused': 1,
      'message forward': 1,
      'rare forwarded request': 1,
    });
  });

  test('counts starts of faults, recoveries, changes of roles and answers', () => {
    const coverage = new CoverageCounter();
    const fault = { kind: 'kill', node: node1, at: tick(1), for: 2 } as const;
    for (const phase of ['start', 'end'] as const) {
      coverage.onFault({ id: 1, turn: 0, fault }, phase);
    }
    const groups = [recovered({ tentative: [tentative(1)] })];
    coverage.onBirth(machine(node1), { groups });
    coverage.onBirth(machine(node1, { incarnation: incarnation(2) }), { groups });
    const before = view({ last: 5 });
    coverage.onView(machine(node1), replica([]), {
      before,
      now: view({ role: 'leader', last: 4 }),
    });
    coverage.onAnswer(machine(node1), asked({}), written(1));
    expect(coverage.counts.toCoverage()).toEqual({
      'fault kill': 1,
      'rare recovery from disk': 1,
      'rare recovery of `one` writes': 1,
      'rare leader change': 1,
      'rare entries overwritten': 1,
      'answer put quorum': 1,
    });
  });

  test('expects every kind of fault, and each name once', () => {
    for (const kind of faultKinds) expect(expectedCoverage).toContain(`fault ${kind}`);
    expect(new Set(expectedCoverage).size).toBe(expectedCoverage.length);
  });
});
