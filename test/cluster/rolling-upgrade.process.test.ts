// Two builds of adjacent versions form one cluster: node by node the old one is replaced by the new
// one, every write stays readable, nobody is told what it does not understand, and what is new works
// as soon as the last old node is gone (DESIGN 12, rolling upgrade).

import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { Lab } from '../commands/lab.ts';
import { buildPreviousVersion } from './previous-version.ts';

let lab: Lab;
let older: Lab;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dsys-previous-'));
  lab = await Lab.open();
  older = lab.of(await buildPreviousVersion(directory));
  expect((await older.up('--nodes', '3')).stdout).toContain('is ready');
});

afterAll(async () => {
  await lab.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Frames that a node did not understand, of all nodes. */
async function malformedFrames(): Promise<number> {
  const db = await connect({ cluster: 'lab', home: lab.home });
  try {
    const answers = await db.status();
    const counts = answers.map((each) => (each.ok ? (each.answer.counters.malformed ?? 0) : 0));
    expect(counts).toHaveLength(3);
    return counts.reduce((sum, count) => sum + count, 0);
  } finally {
    await db.close();
  }
}

async function join4(): Promise<{ code: number; error: unknown }> {
  const { code, json } = await lab.json(['join', 'node4', '--timeout', '20s']);
  return { code, error: json.at('error', 'code') };
}

describe('a rolling upgrade', () => {
  it('goes node by node; the new features come with the last one', async () => {
    expect((await older.run(['put', 'k', 'of the old build'])).code).toBe(0);
    for (const node of ['node1', 'node2', 'node3']) {
      expect((await lab.run(['get', 'k', '--via', node])).code).toBe(0);
      expect((await join4()).error).toBe('feature-missing');
      expect((await lab.run(['restart', node])).code).toBe(0);
      expect((await lab.run(['wait', '--for', 'converged'])).code).toBe(0);
      expect((await lab.run(['put', node, 'is new', '--via', node])).code).toBe(0);
      const old = await older.run(['get', node, '--via', 'node3']);
      expect(old.stdout).toBe('is new');
      expect(await malformedFrames()).toBe(0);
    }
    let joined = await join4();
    // The level is raised by the log, a moment after the last start was heard.
    for (let i = 0; joined.error === 'feature-missing' && i < 20; i++) joined = await join4();
    expect(joined).toEqual({ code: 0, error: undefined });
    expect((await lab.run(['get', 'k', '--via', 'node4'])).stdout).toBe('of the old build');
  }, 90_000);
});
