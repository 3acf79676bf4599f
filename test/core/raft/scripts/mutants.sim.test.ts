// Every number that etcd's scripts print and that is compared, told wrongly, is noticed: some 5,500
// mutants. The harness on a script of our own is in harness.test.ts.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { externalData, hasExternalData, readExternal } from '../../../external-data.ts';
import { deviations } from './deviations.ts';
import { stepsOf } from './excerpt.ts';
import { survivors } from './mutants.ts';
import { play } from './scenario.ts';

const folder = ['etcd-raft', 'testdata'];
const files = hasExternalData ? readdirSync(join(externalData, ...folder)).sort() : [];

describe.skipIf(!hasExternalData)('A false transcript (skipped without external data)', () => {
  test.each(files)('is noticed wherever %s is told wrongly', (file) => {
    const steps = stepsOf(file, readExternal(...folder, file));
    const known = deviations[file] ?? [];
    const played = play(steps, (step) => known.find(({ line }) => line === step.line));
    expect(survivors(played)).toEqual([]);
  });
});
