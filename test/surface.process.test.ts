// The JSON that scripts read (schema 1): fields may be added, none renamed or removed. One real
// cluster, each verb once, its shape beside the last one. `vitest -u` writes the snapshot.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatReplayFile } from '../src/simulation/replay/file.ts';
import { Lab } from './commands/lab.ts';
import { hopeless } from './simulation/hopeless.ts';
import { shapeOf } from './surface/describe.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
  expect((await lab.up()).code).toBe(0);
  const failure = { kind: 'liveness', invariant: 'progress', message: '' } as const;
  const file = { schema: 1, story: '', failure, plan: hopeless } as const;
  writeFileSync(join(lab.home, 'plan.json'), formatReplayFile(file));
});

afterAll(() => lab.close());

/** Where names are keys: of nodes, of what happened. */
const dataKeys = [
  ...['beliefs', 'phi', 'links'].flatMap((name) => [
    `.membership.${name}`,
    `.membership.${name}.{}`,
  ]),
  '.membership.localHealth',
  '.coverage',
  '.plan.faults',
  '.plan.limits',
];

async function shape(...argv: readonly string[]): Promise<string> {
  const { json } = await lab.json([...argv]);
  const lines = shapeOf(json.value, dataKeys).map((line) => `  ${line}`);
  const words = argv.map((word) => word.replace(lab.home, '.'));
  return [words.join(' '), ...lines, ''].join('\n');
}

describe('the JSON of schema 1', () => {
  it('has these shapes', async () => {
    const shapes = [
      await shape('status'),
      await shape('put', 'user:1001', 'Alice'),
      await shape('get', 'user:1001'),
      await shape('incr', 'visits', '2'),
      await shape('scan', '--prefix', 'user:'),
      await shape('del', 'user:1001'),
      await shape('get', 'user:1001'),
      await shape('ls'),
      await shape('wait', '--for', 'leader'),
      await shape('put', 'user:1001', 'Bob', '--if-version', '1'),
      await shape('put', 'user:1001', 'Bob', '--nope'),
      await shape('nope'),
      await shape('kill', 'node3'),
      await shape('start', 'node3'),
      await shape('configure'),
      await shape('join'),
      await shape('leave', 'node4'),
      await shape('kill', 'node3'),
      await shape('replace', 'node3'),
      await shape('rolling-restart', '--wait-healthy'),
      await shape('down'),
      await shape('sim', '--seed', '1', '--ticks', '60'),
      await shape('replay', join(lab.home, 'plan.json')),
    ];
    await expect(shapes.join('\n')).toMatchFileSnapshot('surface/json.txt');
  }, 300_000);
});
