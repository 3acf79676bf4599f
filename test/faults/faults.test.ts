// Faults as data: every kind can be read back, told in words, and refused when it is wrong.

import { describe, expect, test } from 'vitest';
import { nodeId, tick } from '../../src/core/model/ids.ts';
import type { Fault } from '../../src/faults/fault.ts';
import { durationOf, faultKinds } from '../../src/faults/fault.ts';
import { MalformedFault, readFault } from '../../src/faults/schedule.ts';
import { wordsOf } from '../../src/faults/wording.ts';

const [node1, node2, node3] = [nodeId('node1'), nodeId('node2'), nodeId('node3')];
const place = { members: [node1, node2, node3] };
const lasts = { at: tick(10), for: 120 };
const link = { from: node1, to: node2 };

const one: Readonly<Record<Fault['kind'], Fault>> = {
  kill: { kind: 'kill', node: node1, ...lasts },
  'power-cut': { kind: 'power-cut', node: node1, ...lasts, tornBytes: 7, stateBatches: 1 },
  restart: { kind: 'restart', node: node1, ...lasts },
  pause: { kind: 'pause', node: node1, ...lasts },
  partition: {
    kind: 'partition',
    groups: [[node1], [node2, node3]],
    oneWay: false,
    breaks: true,
    ...lasts,
  },
  isolate: { kind: 'isolate', node: node2, breaks: false, ...lasts },
  slow: { kind: 'slow', ...link, delay: 10, jitter: 2, ...lasts },
  flaky: { kind: 'flaky', ...link, share: 0.25, ...lasts },
  dup: { kind: 'dup', ...link, share: 0.5, ...lasts },
  reorder: { kind: 'reorder', ...link, share: 0.5, window: 5, ...lasts },
  skew: { kind: 'skew', node: node1, ms: -300, ...lasts },
  'clock-jump': { kind: 'clock-jump', node: node1, ms: 5000, at: tick(3) },
  'disk-slow': { kind: 'disk-slow', node: node1, delay: 4, ...lasts },
  'disk-full': { kind: 'disk-full', node: node1, ...lasts },
  'disk-failing': { kind: 'disk-failing', node: node1, ...lasts },
  'bit-flip': { kind: 'bit-flip', node: node1, where: 'log', block: 3, bit: 17, ...lasts },
  wipe: { kind: 'wipe', node: node1, ...lasts },
  'foreign-frame': { kind: 'foreign-frame', ...link, stranger: 'storage', at: tick(3) },
  'garbage-frame': { kind: 'garbage-frame', ...link, content: 'flipped', at: tick(3) },
  join: { kind: 'join', node: node3, zone: 'a', at: tick(3) },
  leave: { kind: 'leave', node: node3, force: true, at: tick(3) },
  replace: { kind: 'replace', node: node2, at: tick(3) },
  configure: {
    kind: 'configure',
    replicationFactor: 5,
    deadNodeTimeoutMs: null,
    at: tick(3),
  },
  revive: { kind: 'revive', node: node2, at: tick(3) },
};

describe('A fault', () => {
  test.each(faultKinds)('of kind %s survives its own JSON', (kind) => {
    const fault = one[kind];
    expect(readFault(JSON.parse(JSON.stringify(fault)), place)).toEqual(fault);
    expect(durationOf(fault)).toBe('for' in fault ? 120 : 0);
  });

  test('is told in one line', () => {
    expect(faultKinds.map((kind) => wordsOf(one[kind]))).toMatchInlineSnapshot(`
      [
        "kill node1, 1.2 s",
        "cut the power of node1 (7 bytes of the write under way stay), 1.2 s",
        "restart node1, 1.2 s",
        "pause node1, 1.2 s",
        "partition node1 | node2 node3, connections break, 1.2 s",
        "isolate node2, 1.2 s",
        "slow node1→node2 by 100 ms±20 ms, 1.2 s",
        "lose 25 % of node1→node2, 1.2 s",
        "double 50 % of node1→node2, 1.2 s",
        "reorder 50 % of node1→node2 within 50 ms, 1.2 s",
        "skew the clock of node1 by -300 ms, 1.2 s",
        "the clock of node1 jumps by 5000 ms",
        "slow the disk of node1 by 40 ms, 1.2 s",
        "the disk of node1 is full, 1.2 s",
        "the disk of node1 fails, 1.2 s",
        "kill node1 and flip a bit of its log, 1.2 s",
        "wipe node1, 1.2 s",
        "a frame of another storage reaches node2 as node1",
        "a frame that is damaged reaches node2 as node1",
        "node3 joins in zone a",
        "node3 leaves, forced",
        "node2 is lost and replaced",
        "configure replication factor 5",
        "node2, no member any more, is started again",
      ]
    `);
  });

  test.each([
    [
      { ...one.kill, node: 'node9' },
      'kill.node: expected one of node1, node2, node3, found "node9"',
    ],
    [{ ...one.kill, for: 0 }, 'kill.for: expected a whole number from 1, found 0'],
    [{ ...one.flaky, share: 1.5 }, 'flaky.share: expected a number from 0 to 1, found 1.5'],
    [{ ...one.pause, forever: true }, 'pause.forever: expected no such field, found true'],
    [{ ...one.slow, to: 'node1' }, 'slow.to: expected another node than from, found "node1"'],
    [
      { ...one.partition, groups: [['node1'], []] },
      'partition.groups: expected groups of nodes, none empty, each node once, found [["node1"],[]]',
    ],
    [{ ...one['clock-jump'], ms: undefined }, 'found nothing'],
    [{ kind: 'meteor' }, 'kind: expected kill, power-cut'],
    ['kill node1', 'fault: expected an object, found "kill node1"'],
  ])(
    'that is wrong names the field, what was expected and what was found: %j',
    (value, message) => {
      expect(() => readFault(value, place)).toThrow(MalformedFault);
      expect(() => readFault(value, place)).toThrow(message);
    },
  );
});
