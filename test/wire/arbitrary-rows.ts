// Rows of applied state as fast-check arbitraries.

import fc, { type Arbitrary } from 'fast-check';
import type { ControlRow } from '../../src/core/model/control-row.ts';
import type { RemovedRow, SessionResult, StateRow } from '../../src/core/model/state.ts';
import {
  anyIncarnation,
  client,
  count,
  dot,
  featureLevel,
  groups,
  index,
  key,
  member,
  node,
  nodes,
  sortedNodes,
  timestamp,
  value,
  version,
} from './arbitraries.ts';

const how = fc.constantFrom('leaving' as const, 'lost' as const);

const result: Arbitrary<SessionResult> = fc.oneof(
  fc.record({
    kind: fc.constant('written' as const),
    version,
    number: fc.option(fc.maxSafeInteger()),
  }),
  fc.record({
    kind: fc.constant('refused' as const),
    reason: fc.constantFrom('condition-failed' as const, 'not-a-number' as const),
    version: fc.option(version),
  }),
);

export const itemRow = fc.record({
  kind: fc.constant('item' as const),
  key,
  value: fc.option(value),
  version,
  dot: fc.option(dot),
});

const sessionRow = fc.record({
  kind: fc.constant('session' as const),
  clientId: client,
  order: count,
  lastUsed: timestamp,
  lastIssued: timestamp,
  horizon: timestamp,
  answeredBelow: count,
  results: fc.array(fc.record({ seq: count, result }), { maxLength: 4 }),
});

const conflictRow = fc.record({
  kind: fc.constant('conflict' as const),
  number: count,
  key,
  loser: fc.record({ value: fc.option(value), dot: fc.option(dot), hlc: timestamp }),
  winner: fc.record({ dot: fc.option(dot), hlc: timestamp }),
  index,
});

const machineRow = fc.record({
  kind: fc.constant('machine' as const),
  hlc: timestamp,
  merged: fc.array(
    dot.chain(({ origin }) =>
      fc.record({
        origin: fc.constant(origin),
        upTo: count,
        above: fc.array(count, { maxLength: 3 }),
      }),
    ),
    { maxLength: 3 },
  ),
  watermarks: fc.array(fc.record({ node, incarnation: anyIncarnation, index }), { maxLength: 3 }),
  expiredBefore: timestamp,
  nextOrder: count,
  nextConflict: count,
  departed: sortedNodes,
});

export const controlRow: Arbitrary<ControlRow> = fc.record({
  kind: fc.constant('control' as const),
  members: fc.array(member, { maxLength: 3 }),
  incarnations: fc.array(fc.record({ node, incarnation: anyIncarnation, featureLevel }), {
    maxLength: 3,
  }),
  departures: fc.array(fc.record({ node, how, epoch: count, groups }), { maxLength: 3 }),
  removed: fc.array(member, { maxLength: 2 }),
  featureLevel,
  settings: fc.record({
    replicationFactor: count,
    partitions: count,
    resolver: fc.constantFrom('lww' as const, 'siblings' as const),
    deadNodeTimeoutMs: count,
  }),
  epoch: count,
  placement: fc.array(nodes, { maxLength: 4 }),
});

export const stateRow: Arbitrary<StateRow> = fc.oneof(
  itemRow,
  sessionRow,
  conflictRow,
  machineRow,
  controlRow,
);

export const removedRow: Arbitrary<RemovedRow> = fc.oneof(
  fc.record({ kind: fc.constant('item' as const), key }),
  fc.record({ kind: fc.constant('session' as const), clientId: client }),
  fc.record({ kind: fc.constant('conflict' as const), number: count }),
);
