// Plans that once found a bug of dsys, each with a line of story: none of them fails again. To keep
// one: `dsys sim --seed S` writes it when it fails; mend the bug, then put the file here.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseReplayFile } from '../../src/simulation/replay/file.ts';
import { simulate } from '../../src/simulation/simulator.ts';

const folder = new URL('regressions/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort();

describe('what the simulator once found', () => {
  it('is kept', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)('%s stays mended', async (name) => {
    const { plan, story, failure } = parseReplayFile(
      readFileSync(new URL(name, folder), 'utf8'),
      name,
    );
    expect(story.length).toBeGreaterThan(20);
    expect(failure).not.toBeNull();
    expect((await simulate(plan)).failure).toBeNull();
  });
});
