// Every kind of fault really happens, to whom and when the plan says, and is over when it says.

import { describe, expect, test } from 'vitest';
import { tick } from '../../src/core/model/ids.ts';
import type { Fault } from '../../src/faults/fault.ts';
import type { Observer } from '../../src/simulation/observation.ts';
import type { Plan } from '../../src/simulation/plan.ts';
import { simulate } from '../../src/simulation/simulator.ts';
import { Diary, node1, node2, node3, planWith } from './plans.ts';

async function play(faults: readonly Fault[], changes: Partial<Plan> = {}, watcher: Observer = {}) {
  const diary = new Diary();
  const outcome = await simulate(planWith(faults, changes), { observers: [diary, watcher] });
  expect(outcome.failure).toBeNull();
  const ok = outcome.history.filter((operation) => operation.outcome === 'ok');
  expect(ok.length).toBeGreaterThan(outcome.history.length / 2);
  return diary;
}

const lasts = { at: tick(200), for: 100 };
const [during, after] = [
  [205, 300],
  [302, 600],
] as const;
const bothWays = { from: node1, to: node2 };

describe('A process', () => {
  test('that is killed is gone at once, and its peers notice; it starts again at the end', async () => {
    const diary = await play([{ kind: 'kill', node: node2, ...lasts }]);
    expect(diary.linesAbout('node2 ')).toEqual([
      'node2 starts 1',
      'node2 ends: kill',
      'node2 starts 2',
    ]);
    const downs = diary.inputs.filter(({ input }) => input.kind === 'peer-down');
    expect(downs.map(({ to }) => to).sort()).toEqual(['node1', 'node3']);
    expect(downs.every(({ at }) => at >= 200 && at <= 203)).toBe(true);
  });

  test('that loses its power is gone without a word', async () => {
    const diary = await play([
      { kind: 'power-cut', node: node2, ...lasts, tornBytes: 0, stateBatches: 0 },
    ]);
    expect(diary.linesAbout('node2 ends')).toEqual(['node2 ends: kill']);
    const downs = diary.inputs.filter(
      ({ at, input }) => input.kind === 'peer-down' && at < lasts.at + lasts.for,
    );
    expect(downs).toEqual([]);
  });

  test('that is restarted hands over what it leads, and stops in order', async () => {
    const diary = await play([{ kind: 'restart', node: node2, ...lasts }]);
    expect(diary.linesAbout('node2 ')).toEqual([
      'node2 starts 1',
      'node2 ends: stop',
      'node2 starts 2',
    ]);
    expect(diary.inputs.filter(({ input }) => input.kind === 'drain')).toHaveLength(1);
  });

  test('that is paused gets nothing, and everything when it wakes up', async () => {
    const diary = await play([{ kind: 'pause', node: node2, ...lasts }]);
    const inputs = diary.inputs.filter(({ to }) => to === 'node2');
    expect(inputs.filter(({ at }) => at > 200 && at < 300)).toEqual([]);
    const first = inputs.filter(({ at }) => at === 300);
    expect(first.filter(({ input }) => input.kind === 'message').length).toBeGreaterThan(10);
    expect(diary.linesAbout('ends')).toEqual([]);
  });
});

describe('The network', () => {
  test.each([false, true])(
    'is cut by a partition in both directions (breaks: %s)',
    async (breaks) => {
      const groups = [[node1], [node2, node3]];
      const diary = await play([{ kind: 'partition', groups, oneWay: false, breaks, ...lasts }]);
      for (const [from, to] of [
        [node1, node2],
        [node3, node1],
      ] as const) {
        expect(diary.messages({ from, to, between: during })).toEqual([]);
        expect(diary.messages({ from, to, between: after }).length).toBeGreaterThan(10);
      }
      expect(diary.messages({ from: node2, to: node3, between: during }).length).toBeGreaterThan(
        10,
      );
      const downs = diary.inputs.filter(({ input }) => input.kind === 'peer-down');
      expect(downs).toHaveLength(breaks ? 4 : 0);
      const ups = diary.inputs.filter(({ at, input }) => input.kind === 'peer-up' && at > 200);
      expect(ups).toHaveLength(breaks ? 4 : 0);
    },
  );

  test('is cut one way by a partition that says so', async () => {
    const groups = [[node1], [node2, node3]];
    const diary = await play([
      { kind: 'partition', groups, oneWay: true, breaks: false, ...lasts },
    ]);
    expect(diary.messages({ from: node1, to: node2, between: during })).toEqual([]);
    expect(diary.messages({ from: node2, to: node1, between: during }).length).toBeGreaterThan(5);
  });

  test('isolates one node from all', async () => {
    const diary = await play([{ kind: 'isolate', node: node3, breaks: false, ...lasts }]);
    for (const other of [node1, node2]) {
      expect(diary.messages({ from: node3, to: other, between: during })).toEqual([]);
      expect(diary.messages({ from: other, to: node3, between: during })).toEqual([]);
    }
    expect(diary.messages({ from: node1, to: node2, between: during }).length).toBeGreaterThan(10);
  });

  test('is slow on one link, one way', async () => {
    const slow: Fault = { kind: 'slow', ...bothWays, delay: 40, jitter: 0, ...lasts };
    const diary = await play([slow]);
    expect(diary.messages({ from: node1, to: node2, between: [203, 239] })).toEqual([]);
    expect(diary.messages({ from: node1, to: node2, between: [240, 300] }).length).toBeGreaterThan(
      5,
    );
    expect(diary.messages({ from: node2, to: node1, between: [203, 239] }).length).toBeGreaterThan(
      1,
    );
  });

  test('loses a share of the frames of one link', async () => {
    const diary = await play([{ kind: 'flaky', ...bothWays, share: 1, ...lasts }]);
    expect(diary.messages({ from: node1, to: node2, between: during })).toEqual([]);
    expect(diary.messages({ from: node1, to: node3, between: during }).length).toBeGreaterThan(10);
  });

  test('doubles frames', async () => {
    const normal = await play([]);
    const doubled = await play([{ kind: 'dup', ...bothWays, share: 1, at: tick(1), for: 599 }]);
    const count = (diary: Diary) =>
      diary
        .messages({ from: node1, to: node2, between: [0, 600] })
        .filter(({ message }) => message.kind === 'alive').length;
    expect(count(doubled)).toBeGreaterThan(1.8 * count(normal));
  });

  test('lets frames overtake each other', async () => {
    const between = { at: tick(200), for: 300 };
    const links = [node1, node2, node3].flatMap((from) =>
      [node1, node2, node3].filter((to) => to !== from).map((to) => ({ from, to })),
    );
    const faults = links.map(
      (link): Fault => ({ kind: 'reorder', ...link, share: 0.6, window: 20, ...between }),
    );
    expect(overtaken(await play([]))).toBe(0);
    expect(overtaken(await play(faults))).toBeGreaterThan(0);
  });
});

/** How often the commit index that a leader tells one follower went back: it never does by itself. */
function overtaken(diary: Diary): number {
  const known = new Map<string, number>();
  let count = 0;
  for (const { to, input } of diary.inputs) {
    if (input.kind !== 'message' || input.message.kind !== 'group') continue;
    const { group, message } = input.message;
    if (message.kind !== 'append' && message.kind !== 'heartbeat') continue;
    const way = `${input.from} ${to} ${group} ${message.term} ${message.kind}`;
    if (message.commitIndex < (known.get(way) ?? 0)) count += 1;
    known.set(way, message.commitIndex);
  }
  return count;
}

describe('A clock', () => {
  const wallOf = (diary: Diary, to: string, at: number) => {
    const seen = diary.inputs.filter(
      (found) => found.to === to && found.input.kind === 'tick' && found.at <= at,
    );
    const last = seen.at(-1);
    return last?.input.kind === 'tick' ? last.input.wallMs - 10 * last.at : 0;
  };

  test('is skewed for a while', async () => {
    const diary = await play([{ kind: 'skew', node: node2, ms: -3000, ...lasts }]);
    const right = wallOf(diary, 'node1', 250);
    expect(wallOf(diary, 'node2', 250)).toBe(right - 3000);
    expect(wallOf(diary, 'node2', 190)).toBe(right);
    expect(wallOf(diary, 'node2', 350)).toBe(right);
  });

  test('jumps, and stays there until the storm is over', async () => {
    const diary = await play([{ kind: 'clock-jump', node: node2, ms: 7000, at: tick(200) }]);
    const right = wallOf(diary, 'node1', 250);
    expect(wallOf(diary, 'node2', 590)).toBe(right + 7000);
    expect(wallOf(diary, 'node2', 10_000)).toBe(right);
  });
});

describe('A disk', () => {
  const persisted = (diary: Diary, between: readonly [number, number]) =>
    diary.inputs.filter(
      ({ at, to, input }) =>
        to === 'node2' && input.kind === 'persisted' && at >= between[0] && at < between[1],
    ).length;

  test('is slow for a while', async () => {
    const diary = await play([{ kind: 'disk-slow', node: node2, delay: 60, ...lasts }]);
    expect(persisted(diary, [203, 258])).toBe(0);
    expect(persisted(diary, [100, 200])).toBeGreaterThan(2);
  });

  test.each([
    ['disk-full', 'disk-full'],
    ['disk-failing', 'disk-failed'],
  ] as const)('%s ends its node, which starts when the fault is over', async (kind, code) => {
    const kill: Fault = { kind: 'kill', node: node2, at: tick(400), for: 20 };
    const full: Fault = { kind, node: node2, at: tick(390), for: 60 };
    const diary = await play([{ kind, node: node2, ...lasts }, full, kill]);
    expect(diary.linesAbout('node2 ')).toEqual([
      'node2 starts 1',
      'node2 ends: fatal',
      'node2 starts 2',
      expect.stringMatching(/node2 ends: (fatal|kill)/),
      'node2 starts 3',
    ]);
    expect(code).toBeDefined();
  });

  test.each(['log', 'state'] as const)(
    'with a flipped bit in its %s refuses for ever',
    async (where) => {
      const flip: Fault = { kind: 'bit-flip', node: node2, where, block: 3, bit: 999, ...lasts };
      const diary = await play([flip], { limits: { stateSaveTicks: 2, logEntriesMax: 5 } });
      expect(diary.linesAbout('node2 ')).toEqual([
        'node2 starts 1',
        'node2 ends: kill',
        'node2 refuses: storage-corrupt',
      ]);
    },
  );

  test('that is wiped refuses for ever', async () => {
    const diary = await play([{ kind: 'wipe', node: node2, ...lasts }]);
    expect(diary.linesAbout('node2 ')).toEqual([
      'node2 starts 1',
      'node2 ends: kill',
      'node2 refuses: storage-wiped',
    ]);
  });

  test('a torn write is cut at the next start, and what was not synced is lost', async () => {
    const cut: Fault = { kind: 'power-cut', node: node2, ...lasts, tornBytes: 9, stateBatches: 0 };
    const slow: Fault = { kind: 'disk-slow', node: node2, at: tick(100), for: 101, delay: 30 };
    const entries: number[] = [];
    await play(
      [slow, cut],
      {},
      {
        onBirth: ({ name }, { groups }) => {
          if (name === 'node2')
            entries.push(groups.reduce((sum, group) => sum + group.entries.length, 0));
        },
      },
    );
    expect(entries).toHaveLength(2);
    expect(entries[1]).toBeGreaterThan(5);
  });
});

describe('A strange frame', () => {
  const at = tick(200);
  test.each([
    [{ kind: 'foreign-frame', ...bothWays, stranger: 'cluster', at }, 'foreign-cluster'],
    [{ kind: 'foreign-frame', ...bothWays, stranger: 'storage', at }, 'wrong-storage'],
    [{ kind: 'garbage-frame', ...bothWays, content: 'noise', at }, 'malformed'],
    [{ kind: 'garbage-frame', ...bothWays, content: 'flipped', at }, 'malformed'],
  ] as [Fault, string][])('is dropped and counted: %j', async (fault, reason) => {
    const diary = await play([fault]);
    expect(diary.linesAbout('node2 drops')).toEqual([`node2 drops: ${reason}`]);
  });
});

describe('A process that seldom gets the processor', () => {
  test('does everything in the end, with fewer and bigger writes', async () => {
    const persists = ({ inputs }: Diary) =>
      inputs.filter(({ input }) => input.kind === 'persisted').length;
    const [usual, lazy] = [await play([]), await play([], { pace: { lazy: 0.8 } })];
    expect(persists(lazy)).toBeGreaterThan(20);
    expect(persists(lazy)).toBeLessThan(persists(usual));
  });
});
