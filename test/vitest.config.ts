// How the tests run: every *.test.ts of test/, whose suffix tells the cost (docs/house.md).

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['test/peers/**', 'node_modules/**'],
    testTimeout: 30_000,
    // A process test starts its cluster in a hook.
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
