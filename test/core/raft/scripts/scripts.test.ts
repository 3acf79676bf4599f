// The 28 interaction scripts of etcd's raft as scenarios for ours. Each step of a script that shows
// what happened is compared; every difference is in deviations.ts, with its reason. The scripts of
// reconfiguration are played up to where it begins.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { externalData, hasExternalData, readExternal } from '../../../external-data.ts';
import { type Deviation, deviations, reasons, waiting } from './deviations.ts';
import { judge, type Played, play } from './scenario.ts';
import { parseScript, type Step } from './script.ts';

const folder = ['etcd-raft', 'testdata'];
const files = hasExternalData ? readdirSync(join(externalData, ...folder)).sort() : [];
const whole = files.filter((file) => waiting[file] === undefined);

const reconfigures = ({ command }: Step): boolean => command === 'propose-conf-change';

function expectPlayed(file: string, steps: readonly Step[]): readonly Played[] {
  const known: readonly Deviation[] = deviations[file] ?? [];
  const at = (step: Step) => known.find(({ line }) => line === step.line);
  const played = play(steps, at);
  const told = judge(played)
    .map((differences, i) => ({ line: steps[i]?.line, text: steps[i]?.text, differences }))
    .filter(({ line, differences }) => {
      return differences.length > 0 || known.some((deviation) => deviation.line === line);
    });
  expect(told).toEqual(known.map(({ line, text, differences }) => ({ line, text, differences })));
  return played;
}

describe.skipIf(!hasExternalData)('The scripts of etcd’s raft (skipped without them)', () => {
  test('each of the 28 is played whole or waits for reconfiguration', () => {
    expect(files).toHaveLength(28);
    expect([...whole, ...Object.keys(waiting)].sort()).toEqual(files);
    expect(whole).toHaveLength(17);
    for (const file of Object.keys(deviations)) expect(whole).toContain(file);
  });

  test.each(whole)('%s', (file) => {
    const steps = parseScript(readExternal(...folder, file));
    expect(steps.some(reconfigures)).toBe(false);
    const compared = expectPlayed(file, steps).filter(({ muted }) => !muted);
    expect(compared.length).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.entries(waiting))('%s, up to its reconfiguration', (file, { line, text }) => {
    const steps = parseScript(readExternal(...folder, file));
    const from = steps.findIndex(reconfigures);
    expect(steps[from]).toMatchObject({ line, text });
    expectPlayed(file, steps.slice(0, from));
  });

  test('every reason is given for some deviation', () => {
    const given = Object.values(deviations).flatMap((list) => list.map(({ why }) => why));
    expect([...new Set(given)].sort()).toEqual(Object.keys(reasons).sort());
  });
});
