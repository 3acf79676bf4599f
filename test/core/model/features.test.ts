// Levels of what may be said: each includes those before it, and a bundle may stand for an older
// build.

import { readFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { featureLevelOfThisBuild, features, hasFeature } from '../../../src/core/model/features.ts';

const source = new URL('../../../src/core/model/features.ts', import.meta.url);

/** The module as a bundle has it that was made with this definition. */
async function bundled(define: Record<string, string>): Promise<unknown> {
  const text = await readFile(source, 'utf8');
  const { code } = await transform(text, { loader: 'ts', format: 'esm', define });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

describe('feature levels', () => {
  test('a level has what it is named for, and all before it', () => {
    expect(hasFeature(features.baseline, 'elasticity')).toBe(false);
    expect(hasFeature(features.elasticity, 'elasticity')).toBe(true);
    expect(hasFeature(features.elasticity, 'baseline')).toBe(true);
  });

  test('this build has the greatest', () => {
    expect(featureLevelOfThisBuild).toBe(Math.max(...Object.values(features)));
  });

  test('a bundle can be made that says it is of a build of before', async () => {
    expect(await bundled({ DSYS_FEATURE_LEVEL: '1' })).toMatchObject({
      featureLevelOfThisBuild: features.baseline,
    });
    expect(await bundled({})).toMatchObject({ featureLevelOfThisBuild });
  });
});
