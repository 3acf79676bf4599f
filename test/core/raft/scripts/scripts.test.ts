// The 28 interaction scripts of etcd's raft as scenarios for ours. Each step of a script that shows
// what happened is compared; every difference is in deviations.ts, with its reason. Where a script
// asks for what our group does not do, the rest of it is not played; that is there too.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { externalData, hasExternalData, readExternal } from '../../../external-data.ts';
import { type Deviation, deviations, reasons } from './deviations.ts';
import { excerpts, foreign, foreignReasons, stepsOf } from './excerpt.ts';
import { judge, type Played, play } from './scenario.ts';
import type { Step } from './script.ts';

const folder = ['etcd-raft', 'testdata'];
const files = hasExternalData ? readdirSync(join(externalData, ...folder)).sort() : [];
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

const notWhole = [...Object.keys(foreign), ...Object.keys(excerpts)];

describe.skipIf(!hasExternalData)('The scripts of etcd’s raft (skipped without them)', () => {
  test('each of the 28 is played, 20 of them whole', () => {
    expect(files).toHaveLength(28);
    expect(files.filter((file) => !notWhole.includes(file))).toHaveLength(20);
    expect(files).toEqual(expect.arrayContaining([...notWhole, ...Object.keys(deviations)]));
  });

  test.each(files)('%s', (file) => {
    const steps = stepsOf(file, readExternal(...folder, file));
    const compared = expectPlayed(file, steps).filter(({ muted }) => !muted);
    expect(compared.length).toBeGreaterThanOrEqual(file in foreign ? 1 : 3);
  });

  test('every reason is given for some deviation', () => {
    const given = Object.values(deviations).flatMap((list) => list.map(({ why }) => why));
    expect([...new Set(given)].sort()).toEqual(Object.keys(reasons).sort());
    const cut = [...Object.values(foreign), ...Object.values(excerpts)].map(({ why }) => why);
    expect([...new Set(cut)].sort()).toEqual(Object.keys(foreignReasons).sort());
  });
});
