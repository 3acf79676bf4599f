// The feature level rises when every member has announced it, and never falls.

import { describe, expect, it } from 'vitest';
import { announcedLevel } from '../../../src/core/control/levels.ts';
import { bear, departing, joined, raised, started, withoutEffect } from './cluster.ts';

describe('the feature level', () => {
  it('rises with the last member that announces it', () => {
    const control = bear({ featureLevel: 1 });
    for (const name of ['n1', 'n2']) control.apply(started(name, 1));
    control.apply(started('n3', 1, { level: 1 }));
    expect(announcedLevel(control.row)).toBe(1);
    withoutEffect(control, raised(2));
    control.apply(started('n3', 2));
    expect(announcedLevel(control.row)).toBe(2);
    withoutEffect(control, raised(3));
    control.apply(raised(2));
    expect(control.row.featureLevel).toBe(2);
  });

  it('waits for a member that has not started yet: it may be of any build', () => {
    const control = bear();
    for (const name of ['n1', 'n2', 'n3']) control.apply(started(name, 1, { level: 3 }));
    control.apply(joined('n4'));
    withoutEffect(control, raised(3));
    control.apply(started('n4', 1, { level: 3 }));
    control.apply(raised(3));
    expect(control.row.featureLevel).toBe(3);
  });

  it('never falls, not even when an older build starts', () => {
    const control = bear();
    for (const name of ['n1', 'n2', 'n3']) control.apply(started(name, 1, { level: 1 }));
    withoutEffect(control, raised(1));
    expect(control.row.featureLevel).toBe(2);
  });

  it('waits for a member that leaves, not for one that is lost', () => {
    const control = bear();
    for (const name of ['n1', 'n2']) control.apply(started(name, 1, { level: 3 }));
    control.apply(departing('n3'));
    withoutEffect(control, raised(3));
    control.apply(departing('n3', 'lost'));
    control.apply(raised(3));
    expect(control.row.featureLevel).toBe(3);
  });
});
