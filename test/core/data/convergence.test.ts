// Tentative merges from several owners, in any order, with copies, restarts and purges: the real
// state machine and journals against the dumb twin, entry by entry.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { text } from './script.ts';
import { type TwinItem, twinState } from './twin.ts';
import { keys, World } from './world.ts';

const kinds = [
  'one',
  'quorum',
  'remember',
  'propose',
  'repeat',
  'apply',
  'mark',
  'save',
  'restart',
  'leave',
  'release',
  'come-back',
] as const;

interface Step {
  readonly kind: (typeof kinds)[number];
  readonly owner: number;
  readonly key: (typeof keys)[number];
  readonly isDelete: boolean;
  readonly position: number;
}

const stepOf = (weights: Record<(typeof kinds)[number], number>, deletes: number) =>
  fc.record<Step>({
    kind: fc.oneof(
      ...kinds.map((kind) => ({ arbitrary: fc.constant(kind), weight: weights[kind] })),
    ),
    owner: fc.nat({ max: 2 }),
    key: fc.constantFrom(...keys),
    isDelete: fc.nat({ max: 9 }).map((n) => n < deletes),
    position: fc.nat({ max: 6 }),
  });

function take(world: World, step: Step, number: number): void {
  const { kind, key, position } = step;
  const owner = world.owner(step.owner);
  const value = step.isDelete ? null : `${kind}${number}`;
  if (kind === 'one') world.one(owner, key, value);
  else if (kind === 'quorum') world.quorum({ owner, key, value, position });
  else if (kind === 'remember') world.remember(owner, key);
  else if (kind === 'propose') world.propose(owner, position);
  else if (kind === 'repeat') world.repeat(position);
  else if (kind === 'apply') world.apply(owner, position + 1);
  else if (kind === 'mark') world.watermark(owner);
  else if (kind === 'save') world.save(owner);
  else if (kind === 'leave') world.leave(owner);
  else if (kind === 'release') world.release(owner);
  else if (kind === 'come-back') world.comeBack(owner);
  else world.restart(owner);
}

const shownBy = (item: TwinItem | undefined | null) => item?.value ?? null;

/**
 * What every owner shows, pending writes on top, is what the twin says of its prefix of the log.
 */
function expectViewsAreTrue(world: World): void {
  for (const owner of world.owners) {
    for (const key of keys) {
      expect(world.valueAt(owner, key)).toBe(shownBy(world.seenBy(owner, key)));
    }
  }
}

/**
 * Every pending write is proposed and applied everywhere; each owner's view beforehand must come
 * true.
 */
function drain(world: World): void {
  for (const owner of world.owners) {
    world.apply(owner, Number.POSITIVE_INFINITY);
    const foreseen = keys.map((key) => world.valueAt(owner, key));
    while (owner.journal.pendingCount > 0) {
      world.propose(owner, 0);
      world.apply(owner, 1);
    }
    expect(keys.map((key) => world.valueAt(owner, key))).toEqual(foreseen);
  }
  for (const owner of world.owners) world.apply(owner, Number.POSITIVE_INFINITY);
}

function expectConverged(world: World): void {
  const { items, outcomes } = twinState(world.twinLog());
  const hashes = new Set(world.owners.map(({ partition }) => partition.hash()));
  expect(hashes.size).toBe(1);
  for (const { partition } of world.owners) {
    const live = [...items].filter(([, item]) => item.value !== null);
    expect(partition.keys).toBe(live.length);
    for (const key of keys) {
      expect(text(partition.read(key)?.value)).toBe(shownBy(items.get(key)));
    }
  }
  expect(new Map([...world.outcomes].sort(([a], [b]) => a - b))).toEqual(outcomes);
}

const run = (steps: readonly Step[], afterEach: (world: World) => void = () => {}): World => {
  const world = new World();
  steps.forEach((step, number) => {
    take(world, step, number);
    afterEach(world);
  });
  return world;
};

const balanced = {
  one: 6,
  quorum: 4,
  remember: 2,
  propose: 6,
  repeat: 1,
  apply: 8,
  mark: 2,
  save: 2,
  restart: 1,
  leave: 1,
  release: 2,
  'come-back': 1,
};

describe('tentative merges', () => {
  it('converge, and come to what the twin says, whatever the order, the copies and the restarts', () => {
    const steps = fc.array(stepOf(balanced, 2), { minLength: 20, maxLength: 80 });
    fc.assert(
      fc.property(steps, (all) => {
        const world = run(all);
        drain(world);
        expectConverged(world);
      }),
      { numRuns: 150 },
    );
  });

  it('have their effect exactly once a dot, and no accepted write is forgotten', () => {
    const steps = fc.array(stepOf({ ...balanced, repeat: 6 }, 2), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(steps, (all) => {
        const world = run(all);
        drain(world);
        const firsts = new Set<string>();
        world.log.forEach(({ twin }, position) => {
          if (twin.kind !== 'tentative') return;
          const event = `${twin.write.dot.origin}:${twin.write.dot.counter}`;
          if (firsts.has(event)) expect(world.outcomes.get(position + 1)).toBe('known');
          firsts.add(event);
        });
        expect(firsts).toEqual(new Set(world.accepted.keys()));
        for (const { write } of world.accepted.values()) {
          expect(world.owner(0).partition.hasMerged(write.dot)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are foreseen by their owner at every moment', () => {
    const steps = fc.array(stepOf(balanced, 3), { minLength: 10, maxLength: 40 });
    fc.assert(
      fc.property(steps, (all) => {
        run(all, expectViewsAreTrue);
      }),
      { numRuns: 60 },
    );
  });

  it('never take a quorum write back, except by a write that had seen it or is later by the rule', () => {
    const steps = fc.array(stepOf({ ...balanced, quorum: 8 }, 2), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(steps, (all) => {
        const world = run(all);
        drain(world);
        world.log.forEach(({ twin }, position) => {
          if (twin.kind !== 'quorum') return;
          const { items } = twinState(world.twinLog(position + 1));
          expect(items.get(twin.key)?.event).toBe(`log:${position + 1}`);
          expect(items.get(twin.key)?.value).toBe(twin.value);
        });
        expectOvertakenByRule(world);
      }),
      { numRuns: 100 },
    );
  });
});

/**
 * Looks at the real replica before and after each merge: only a newer or a knowing write takes
 * over.
 */
function expectOvertakenByRule(world: World): void {
  const fresh = new World();
  fresh.log.push(...world.log);
  const owner = fresh.owner(0);
  for (const { command } of world.log) {
    const before = command?.kind === 'merge' ? owner.partition.read(command.write.key) : null;
    fresh.apply(owner, 1);
    if (command?.kind !== 'merge' || before === null || before.dot !== null) continue;
    const after = owner.partition.read(command.write.key);
    if (after?.dot === null) continue;
    const hasSeen = (command.write.context as Record<string, number>).log ?? 0;
    const { wallMs, logical } = command.write.hlc;
    const { hlc, index } = before.version;
    const isLater = wallMs > hlc.wallMs || (wallMs === hlc.wallMs && logical >= hlc.logical);
    expect(hasSeen >= index || isLater).toBe(true);
  }
}

/** Every owner gives its watermark; those that saved before let the tombstones go. */
function purge(world: World, savers: number): void {
  drain(world);
  world.owners.forEach((owner, position) => {
    if (position < savers) world.save(owner);
    world.watermark(owner);
  });
  for (const owner of world.owners) world.apply(owner, Number.POSITIVE_INFINITY);
  expectConverged(world);
}

/** Rounds of steps, each with a purge at its end; returns how much there was to see. */
function expectNoPurgeIsNoticed(weights: Parameters<typeof stepOf>[0]) {
  const steps = fc.array(stepOf(weights, 6), { minLength: 10, maxLength: 40 });
  const round = fc.record({ steps, savers: fc.nat({ max: 3 }), restarts: fc.boolean() });
  let purged = 0;
  let released = 0;
  fc.assert(
    fc.property(fc.array(round, { minLength: 2, maxLength: 3 }), (rounds) => {
      const world = new World();
      for (const { steps, savers, restarts } of rounds) {
        steps.forEach((step, number) => {
          take(world, step, number);
        });
        purge(world, savers);
        if (restarts) for (const owner of world.owners) world.restart(owner);
      }
      purge(world, world.owners.length);
      for (const { partition } of world.owners) {
        for (const key of keys) expect(partition.read(key)?.value).not.toBeNull();
      }
      purged += world.purged;
      released += world.released;
    }),
    { numRuns: 100 },
  );
  return { purged, released };
}

describe('a purge', () => {
  const eventful = { ...balanced, apply: 10, mark: 4, save: 4, restart: 3, repeat: 10 };

  it('is never noticed: no deleted key comes back, no outcome is another than without any purge', () => {
    const stay = { leave: 0, release: 0, 'come-back': 0 };
    expect(expectNoPurgeIsNoticed({ ...eventful, ...stay }).purged).toBeGreaterThan(200);
  });

  it('is not noticed either where owners leave with writes of theirs, are released and come back', () => {
    const go = { one: 9, mark: 9, leave: 5, release: 4, 'come-back': 2 };
    const { purged, released } = expectNoPurgeIsNoticed({ ...eventful, ...go });
    expect(purged).toBeGreaterThan(200);
    expect(released).toBeGreaterThan(20);
  });
});
