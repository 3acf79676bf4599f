// Who goes: nothing is placed on it at once, every group lets go of it, and only then it is removed.

import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/core/model/limits.ts';
import {
  answerOf,
  bear,
  departing,
  groups,
  joined,
  member,
  namesOf,
  raised,
  released,
  remove,
  removed,
  started,
  textOf,
  withoutEffect,
} from './cluster.ts';

const departureOf = (control: ReturnType<typeof bear>, name: string) =>
  control.row.departures.find(({ node }) => node === name);

describe('a departure', () => {
  it('takes the member out of the plan, and waits for every group: the next epoch', () => {
    const control = bear();
    expect(control.apply(departing('n2'))).toEqual({ kind: 'done' });
    expect(namesOf(control.row)).toEqual(['n1', 'n2', 'n3']);
    expect(control.row.placement.flat()).not.toContain('n2');
    expect(control.row.epoch).toBe(2);
    expect(departureOf(control, 'n2')).toEqual({ node: 'n2', how: 'leaving', epoch: 2, groups });
  });

  it('that comes again has no effect; lost overrides leaving, never the other way', () => {
    const control = bear();
    control.apply(departing('n2'));
    expect(answerOf(withoutEffect(control, departing('n2')))).toBe('done');
    control.apply(released('n2', [1]));
    expect(answerOf(control.apply(departing('n2', 'lost')))).toBe('done');
    expect(departureOf(control, 'n2')).toMatchObject({
      how: 'lost',
      epoch: 2,
      groups: [0, 2, 3, 4],
    });
    expect(answerOf(withoutEffect(control, departing('n2', 'leaving')))).toBe('done');
    expect(answerOf(withoutEffect(control, departing('n2', 'lost')))).toBe('done');
  });

  it('of a disk whose name has another one by now is refused', () => {
    const control = bear();
    const meant = (disk: string) => ({
      ...departing('n2', 'lost', true),
      storageId: disk as never,
    });
    const { storageId: old } = joined('n2').member;
    remove(control, 'n2');
    control.apply(joined('n2', 'another'));
    const late = withoutEffect(control, meant(old));
    expect(answerOf(late)).toBe('member-unknown');
    expect(textOf(late)).toContain(`n2 with the data directory ${old} is no member`);
    expect(answerOf(control.apply(meant(joined('n2', 'another').member.storageId)))).toBe('done');
    expect(departureOf(control, 'n2')).toMatchObject({ how: 'lost' });
  });

  it('of nobody known is refused, and names the members', () => {
    const control = bear();
    const result = withoutEffect(control, departing('n9'));
    expect(answerOf(result)).toBe('member-unknown');
    expect(textOf(result)).toContain('n1, n2, n3');
    remove(control, 'n3');
    expect(textOf(withoutEffect(control, departing('n3')))).toContain('removed already');
  });

  it('that would leave fewer members than copies is refused, unless it is forced', () => {
    const control = bear({ names: ['n1', 'n2'] });
    const result = withoutEffect(control, departing('n2'));
    expect(answerOf(result)).toBe('member-needed');
    expect(textOf(result)).toContain('replication factor 2');
    expect(answerOf(control.apply(departing('n2', 'leaving', true)))).toBe('done');
    expect(control.row.placement.slice(1)).toEqual(Array(4).fill(['n1']));
  });

  it('counts only those that stay', () => {
    const control = bear();
    control.apply(departing('n1'));
    expect(answerOf(withoutEffect(control, departing('n2')))).toBe('member-needed');
    control.apply(joined('n4'));
    expect(answerOf(control.apply(departing('n2')))).toBe('done');
  });

  it('of a lost member is not refused for the copies that it took along (replace, 3 of 3)', () => {
    const control = bear({ settings: { replicationFactor: 3 } });
    expect(answerOf(withoutEffect(control, departing('n3')))).toBe('member-needed');
    expect(answerOf(control.apply(departing('n3', 'lost')))).toBe('done');
    control.apply(released('n3'));
    control.apply(removed('n3'));
    control.apply(joined('n3', 'second'));
    for (const row of control.row.placement) expect([...row].sort()).toEqual(['n1', 'n2', 'n3']);
  });

  it('of the last member that stays is refused, whatever is said', () => {
    const control = bear({ names: ['n1', 'n2'] });
    control.apply(departing('n1', 'lost'));
    for (const how of ['leaving', 'lost'] as const) {
      expect(answerOf(withoutEffect(control, departing('n2', how, true)))).toBe('member-needed');
    }
  });

  it('needs a cluster whose members all understand it', () => {
    const control = bear({ featureLevel: 1 });
    expect(answerOf(withoutEffect(control, departing('n1')))).toBe('feature-missing');
    expect(answerOf(withoutEffect(control, departing('n1', 'lost')))).toBe('feature-missing');
  });

  it('of a lost member is what a cluster needs that cannot upgrade it, and lets the level rise', () => {
    const control = bear({ featureLevel: 1 });
    control.apply(started('n3', 1, { level: 1 }));
    for (const name of ['n1', 'n2']) control.apply(started(name, 2));
    expect(answerOf(withoutEffect(control, departing('n3')))).toBe('feature-missing');
    expect(answerOf(withoutEffect(control, departing('n2', 'lost')))).toBe('feature-missing');
    withoutEffect(control, raised(2));
    expect(answerOf(control.apply(departing('n3', 'lost')))).toBe('done');
    control.apply(raised(2));
    expect(control.row.featureLevel).toBe(2);
  });
});

describe('a release', () => {
  it('takes the groups off the list, in any order, each once', () => {
    const control = bear();
    control.apply(departing('n2'));
    control.apply(released('n2', [3, 1]));
    expect(departureOf(control, 'n2')?.groups).toEqual([0, 2, 4]);
    expect(answerOf(withoutEffect(control, released('n2', [1, 3, 99])))).toBe('done');
    control.apply(released('n2'));
    expect(departureOf(control, 'n2')?.groups).toEqual([]);
  });

  it('of a member that stays, or of nobody, has no effect', () => {
    const control = bear();
    expect(answerOf(withoutEffect(control, released('n2')))).toBe('done');
    expect(answerOf(withoutEffect(control, released('n9')))).toBe('done');
  });

  it('changes no placement, and so no epoch', () => {
    const control = bear();
    control.apply(departing('n2'));
    const { epoch, placement } = control.row;
    control.apply(released('n2'));
    expect([control.row.epoch, control.row.placement]).toEqual([epoch, placement]);
  });
});

describe('a removal', () => {
  it('comes after the last release, and moves the member to those that are remembered', () => {
    const control = bear();
    control.apply(started('n2', 1));
    control.apply(departing('n2'));
    control.apply(released('n2', [0, 1, 2, 3]));
    const early = withoutEffect(control, removed('n2'));
    expect(answerOf(early)).toBe('member-needed');
    expect(textOf(early)).toContain('waits for 1 groups');
    control.apply(released('n2', [4]));
    expect(answerOf(control.apply(removed('n2')))).toBe('done');
    expect(namesOf(control.row)).toEqual(['n1', 'n3']);
    expect(control.row.removed).toEqual([member('n2')]);
    expect(control.row.departures).toEqual([]);
  });

  it('of a member that stays is refused, of nobody has no effect', () => {
    const control = bear();
    expect(answerOf(withoutEffect(control, removed('n2')))).toBe('member-needed');
    expect(answerOf(withoutEffect(control, removed('n9')))).toBe('done');
  });

  it('is remembered for the last of them, the oldest first', () => {
    const control = bear();
    const disks = Array.from({ length: limits.removedMembersMax + 5 }, (_, i) => `disk ${i}`);
    for (const disk of disks) {
      control.apply(joined('n4', disk));
      remove(control, 'n4');
    }
    expect(control.row.removed.map(({ storageId }) => storageId)).toEqual(
      disks.slice(5).map((disk) => `${disk} of n4`),
    );
    expect(control.row.incarnations).toEqual([]);
  });
});
