// What may change while the cluster runs, within its ranges.

import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/core/model/limits.ts';
import { answerOf, bear, changed, departing, textOf, withoutEffect } from './cluster.ts';

describe('the replication factor', () => {
  it('is changed together with the placement: the next epoch', () => {
    const control = bear();
    expect(answerOf(control.apply(changed({ replicationFactor: 3 })))).toBe('done');
    expect(control.row.settings.replicationFactor).toBe(3);
    expect(control.row.epoch).toBe(2);
    for (const row of control.row.placement) expect(row).toHaveLength(3);
    control.apply(changed({ replicationFactor: 1 }));
    for (const row of control.row.placement.slice(1)) expect(row).toHaveLength(1);
  });

  it('that is the same moves nothing', () => {
    expect(answerOf(withoutEffect(bear(), changed({ replicationFactor: 2 })))).toBe('done');
  });

  it.each([0, -1, 1.5, Number.NaN])('of %d is invalid', (replicationFactor) => {
    const result = withoutEffect(bear(), changed({ replicationFactor }));
    expect(answerOf(result)).toBe('invalid');
  });

  it('is at most the number of members that stay', () => {
    const control = bear();
    control.apply(departing('n3'));
    const result = withoutEffect(control, changed({ replicationFactor: 3 }));
    expect(answerOf(result)).toBe('member-needed');
    expect(textOf(result)).toContain('2 stay');
  });
});

describe('the dead node timeout', () => {
  it('is changed without moving anything', () => {
    const control = bear();
    const { placement, epoch } = control.row;
    control.apply(changed({ deadNodeTimeoutMs: 5000 }));
    expect(control.row.settings.deadNodeTimeoutMs).toBe(5000);
    expect([control.row.placement, control.row.epoch]).toEqual([placement, epoch]);
  });

  it.each([0, limits.deadNodeTimeoutMsMin - 1, 1000.5, Number.POSITIVE_INFINITY])(
    'of %d ms is invalid',
    (deadNodeTimeoutMs) => {
      const result = withoutEffect(bear(), changed({ deadNodeTimeoutMs }));
      expect(answerOf(result)).toBe('invalid');
      expect(textOf(result)).toContain(String(limits.deadNodeTimeoutMsMin));
    },
  );
});

describe('settings', () => {
  it('that are not named stay as they are', () => {
    expect(answerOf(withoutEffect(bear(), changed({})))).toBe('done');
  });

  it('are changed together or not at all', () => {
    const both = changed({ replicationFactor: 3, deadNodeTimeoutMs: 1 });
    expect(answerOf(withoutEffect(bear(), both))).toBe('invalid');
  });

  it('need a cluster whose members all understand the change', () => {
    const control = bear({ featureLevel: 1 });
    const result = withoutEffect(control, changed({ replicationFactor: 3 }));
    expect(answerOf(result)).toBe('feature-missing');
  });
});
