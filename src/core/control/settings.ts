// Settings that may change while the cluster runs. The number of partitions and the resolver may
// not: what is stored depends on them.

import type { SettingsChangedCommand } from '../model/command.ts';
import type { ControlRow, Settings } from '../model/control-row.ts';
import { limits } from '../model/limits.ts';
import { missingFeature } from './levels.ts';
import { done, type Outcome, refused } from './outcome.ts';
import { type Planner, replanned, stayingMembers } from './planning.ts';

export function onSettingsChanged(
  row: ControlRow,
  command: SettingsChangedCommand,
  plan: Planner,
): Outcome {
  const before = row.settings;
  const settings: Settings = {
    ...before,
    replicationFactor: command.replicationFactor ?? before.replicationFactor,
    deadNodeTimeoutMs: command.deadNodeTimeoutMs ?? before.deadNodeTimeoutMs,
  };
  const refusal =
    missingFeature(row, 'elasticity') ??
    wrongFactor(row, command.replicationFactor) ??
    wrongTimeout(row, command.deadNodeTimeoutMs);
  if (refusal) return refusal;
  if (settings.replicationFactor !== before.replicationFactor) {
    return done(replanned({ ...row, settings }, plan));
  }
  return done(settings.deadNodeTimeoutMs === before.deadNodeTimeoutMs ? row : { ...row, settings });
}

function wrongFactor(row: ControlRow, factor: number | null): Outcome | null {
  if (factor === null) return null;
  if (!Number.isSafeInteger(factor) || factor < 1) {
    return refused(
      row,
      'invalid',
      `the replication factor is a whole number from 1, not ${factor}`,
    );
  }
  const members = stayingMembers(row).length;
  if (factor <= members) return null;
  const message = `replication factor ${factor} needs as many members, ${members} stay`;
  return refused(row, 'member-needed', `${message}: join more first`);
}

function wrongTimeout(row: ControlRow, timeoutMs: number | null): Outcome | null {
  const least = limits.deadNodeTimeoutMsMin;
  if (timeoutMs === null || (Number.isSafeInteger(timeoutMs) && timeoutMs >= least)) return null;
  const message = `the dead node timeout is a whole number of milliseconds from ${least}`;
  return refused(row, 'invalid', `${message}, not ${timeoutMs}`);
}
