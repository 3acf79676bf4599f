// When a learner is caught up (thesis, section 4.2.1): rounds, and two thresholds.

import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/core/model/limits.ts';
import { CatchUp } from '../../../src/core/raft/catch-up.ts';

const { electionTicksMin, electionTicksMax } = limits;

describe('A learner', () => {
  test('has not caught up while its first round lasts', () => {
    const catchUp = new CatchUp({ target: 10, now: 0 });
    catchUp.observe({ match: 9, lastIndex: 9, now: 1 });
    expect(catchUp.isCaughtUp).toBe(false);
  });

  test('has caught up when a round was quick', () => {
    const catchUp = new CatchUp({ target: 10, now: 0 });
    catchUp.observe({ match: 10, lastIndex: 20, now: electionTicksMin });
    expect(catchUp.isCaughtUp).toBe(true);
  });

  test('that took long for the first round needs a quick second one', () => {
    const catchUp = new CatchUp({ target: 10, now: 0 });
    catchUp.observe({ match: 10, lastIndex: 500, now: 1000 });
    expect(catchUp.isCaughtUp).toBe(false);
    catchUp.observe({ match: 499, lastIndex: 600, now: 1001 });
    expect(catchUp.isCaughtUp).toBe(false);
    catchUp.observe({ match: 500, lastIndex: 600, now: 1000 + electionTicksMin });
    expect(catchUp.isCaughtUp).toBe(true);
  });

  test('that lacks nothing has caught up, however long it took', () => {
    const catchUp = new CatchUp({ target: 10, now: 0 });
    catchUp.observe({ match: 10, lastIndex: 10, now: 1000 });
    expect(catchUp.isCaughtUp).toBe(true);
  });

  test('that always needs longer than an election timeout never has', () => {
    const catchUp = new CatchUp({ target: 1, now: 0 });
    let now = 0;
    for (let last = 1; last < 1000; last += 50) {
      now += electionTicksMin + 1;
      catchUp.observe({ match: last, lastIndex: last + 50, now });
      expect(catchUp.isCaughtUp).toBe(false);
    }
  });

  test('that caught up stays so until a round drags on', () => {
    const catchUp = new CatchUp({ target: 1, now: 0 });
    catchUp.observe({ match: 1, lastIndex: 9, now: 1 });
    catchUp.observe({ match: 8, lastIndex: 9, now: 1 + electionTicksMax });
    expect(catchUp.isCaughtUp).toBe(true);
    catchUp.observe({ match: 8, lastIndex: 9, now: 2 + electionTicksMax });
    expect(catchUp.isCaughtUp).toBe(false);
  });

  test('of an idle group is not charged for the time in which nothing was missing', () => {
    const catchUp = new CatchUp({ target: 1, now: 0 });
    catchUp.observe({ match: 1, lastIndex: 1, now: 1 });
    catchUp.observe({ match: 1, lastIndex: 2, now: 100_000 });
    expect(catchUp.isCaughtUp).toBe(true);
    catchUp.observe({ match: 2, lastIndex: 3, now: 100_001 });
    expect(catchUp.isCaughtUp).toBe(true);
  });
});
