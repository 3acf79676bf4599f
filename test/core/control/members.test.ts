// Who comes: a start proves the data directory, a join adds a member that was never one before.

import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import {
  answerOf,
  bear,
  departing,
  joined,
  member,
  namesOf,
  remove,
  started,
  textOf,
  withoutEffect,
} from './cluster.ts';

describe('the start of a member', () => {
  it('is registered with its incarnation and the level of its build', () => {
    const control = bear();
    expect(control.apply(started('n1', 3))).toEqual({ kind: 'done' });
    expect(control.incarnationOf(nodeId('n1'))).toBe(3);
    expect(control.incarnationOf(nodeId('n2'))).toBe(0);
    control.apply(started('n1', 4, { level: 7 }));
    expect(control.row.incarnations).toEqual([{ node: 'n1', incarnation: 4, featureLevel: 7 }]);
  });

  it('with a wiped or foreign data directory is not that of the member (DESIGN 5)', () => {
    const control = bear();
    const result = withoutEffect(control, started('n1', 1, { disk: 'second' }));
    expect(answerOf(result)).toBe('member-unknown');
    expect(textOf(result)).toContain('first of n1');
    expect(textOf(result)).toContain('second of n1');
  });

  it('of a node that is no member, or was one, is refused', () => {
    const control = bear();
    expect(answerOf(withoutEffect(control, started('n9', 1)))).toBe('member-unknown');
    remove(control, 'n3');
    expect(answerOf(withoutEffect(control, started('n3', 5)))).toBe('member-unknown');
  });

  it('never takes the incarnation back', () => {
    const control = bear();
    control.apply(started('n1', 5));
    expect(withoutEffect(control, started('n1', 4))).toEqual({ kind: 'done' });
    expect(withoutEffect(control, started('n1', 5))).toEqual({ kind: 'done' });
  });
});

describe('a join', () => {
  it('adds the member, sorted, and places replicas on it: the next epoch', () => {
    const control = bear({ names: ['n1', 'n3', 'n4'] });
    expect(control.apply(joined('n2'))).toEqual({ kind: 'done' });
    expect(namesOf(control.row)).toEqual(['n1', 'n2', 'n3', 'n4']);
    expect(control.row.epoch).toBe(2);
    expect(control.row.placement.slice(1).filter((row) => row.includes(nodeId('n2')))).toHaveLength(
      2,
    );
    expect(control.member(nodeId('n2'))).toEqual(member('n2'));
  });

  it('that comes again has no effect', () => {
    const control = bear();
    control.apply(joined('n4'));
    expect(withoutEffect(control, joined('n4'))).toEqual({ kind: 'done' });
  });

  it('under a name that is taken is refused, and says what to do', () => {
    const control = bear();
    const taken = withoutEffect(control, joined('n1', 'second'));
    expect(answerOf(taken)).toBe('member-exists');
    expect(textOf(taken)).toContain('take another name');
    control.apply(departing('n3'));
    const going = withoutEffect(control, joined('n3', 'second'));
    expect(answerOf(going)).toBe('member-exists');
    expect(textOf(going)).toContain('wait until it has left');
  });

  it('with the data directory of another member is refused', () => {
    const result = withoutEffect(bear(), {
      kind: 'member-joined',
      member: { ...member('n4'), storageId: member('n2').storageId },
    });
    expect(answerOf(result)).toBe('member-exists');
    expect(textOf(result)).toContain('that of n2');
  });

  it('with a data directory that was removed is refused for ever, under any name', () => {
    const control = bear();
    remove(control, 'n3');
    expect(answerOf(withoutEffect(control, joined('n3')))).toBe('member-exists');
    const renamed = { ...member('n9'), storageId: member('n3').storageId };
    const result = withoutEffect(control, { kind: 'member-joined', member: renamed });
    expect(textOf(result)).toContain('never comes back');
  });

  it('under the name of a removed member, with a new data directory, is a new member', () => {
    const control = bear();
    remove(control, 'n3');
    expect(control.apply(joined('n3', 'second'))).toEqual({ kind: 'done' });
    expect(control.member(nodeId('n3'))?.storageId).toBe('second of n3');
    expect(control.row.removed).toEqual([member('n3')]);
  });

  it('needs a cluster whose members all understand it, and names those that do not', () => {
    const control = bear({ featureLevel: 1 });
    control.apply(started('n1', 1));
    control.apply(started('n2', 1, { level: 1 }));
    const result = withoutEffect(control, joined('n4'));
    expect(answerOf(result)).toBe('feature-missing');
    expect(textOf(result)).toContain('upgrade n2, n3 first');
  });

  it('stops at the bound of members', () => {
    const names = Array.from({ length: limits.groupMembersMax }, (_, i) => `n${i}`);
    const full = bear({ names });
    expect(answerOf(withoutEffect(full, joined('one-more')))).toBe('overloaded');
  });
});

describe('the next data directory under a name', () => {
  it('counts its starts from the beginning: nothing of the one before is known any more', () => {
    const control = bear();
    control.apply(started('n3', 17));
    remove(control, 'n3');
    expect(control.incarnationOf(nodeId('n3'))).toBe(0);
    control.apply(joined('n3', 'second'));
    control.apply(started('n3', 1, { disk: 'second' }));
    expect(control.incarnationOf(nodeId('n3'))).toBe(1);
  });
});
