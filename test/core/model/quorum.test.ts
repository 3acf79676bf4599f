// Quorum arithmetic against vectors that nobody of this project wrote (etcd-io/raft,
// quorum/testdata).

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { logIndex, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import {
  jointIndex,
  jointVote,
  majority,
  majorityIndex,
  majorityVote,
} from '../../../src/core/model/quorum.ts';
import { externalData } from '../../external-data.ts';

interface Vector {
  readonly command: string;
  readonly cfg: readonly NodeId[];
  /** null: a simple majority; empty: joint with the empty set. */
  readonly cfgj: readonly NodeId[] | null;
  /** Values in the order in which voters first appear; undefined where the file has `_`. */
  readonly values: ReadonlyMap<NodeId, string | undefined>;
  readonly expected: string;
  readonly line: string;
}

function listOf(text: string, name: string): string[] | null {
  const match = new RegExp(`${name}=(\\(([^)]*)\\)|zero)`).exec(text);
  if (match === null) return null;
  return match[2] === undefined ? [] : match[2].split(',').map((part) => part.trim());
}

/**
 * A file is a sequence of: comment, `command args`, `----`, output (whose last line is the
 * verdict), blank.
 */
function parse(text: string): Vector[] {
  const lines = text.split('\n');
  const vectors: Vector[] = [];
  lines.forEach((line, at) => {
    if (lines[at + 1] !== '----') return;
    const rest = lines.slice(at + 2);
    const end = rest.indexOf('');
    const expected = rest.slice(0, end === -1 ? undefined : end).at(-1) ?? '';
    const cfg = (listOf(line, 'cfg') ?? []).map(nodeId);
    const cfgj = listOf(line, 'cfgj')?.map(nodeId) ?? null;
    const given = listOf(line, 'idx') ?? listOf(line, 'votes') ?? [];
    const voters = [...new Set([...cfg, ...(cfgj ?? [])])];
    const values = new Map(
      voters.map((voter, i) => [voter, given[i] === '_' ? undefined : given[i]]),
    );
    vectors.push({ command: line.split(' ')[0] ?? '', cfg, cfgj, values, expected, line });
  });
  return vectors;
}

const words = { VoteWon: 'won', VotePending: 'pending', VoteLost: 'lost' } as const;

function check(vector: Vector): void {
  const { command, cfg, cfgj, values, expected, line } = vector;
  const sets = cfgj === null ? [cfg] : [cfg, cfgj];
  if (command === 'vote') {
    const vote = (voter: NodeId) => {
      const value = values.get(voter);
      return value === undefined ? undefined : value === 'y';
    };
    expect(jointVote(sets, vote), line).toBe(words[expected as keyof typeof words]);
    if (cfgj === null) expect(majorityVote(cfg, vote), line).toBe(jointVote([cfg, []], vote));
    return;
  }
  expect(command).toBe('committed');
  const acked = (voter: NodeId) => {
    const value = values.get(voter);
    return value === undefined ? undefined : logIndex(Number(value));
  };
  const index = expected.endsWith('∞') ? Number.POSITIVE_INFINITY : Number(expected);
  expect(jointIndex(sets, acked), line).toBe(index);
  if (cfgj === null) expect(majorityIndex(cfg, acked), line).toBe(jointIndex([cfg, []], acked));
}

const folder = join(externalData, 'etcd-raft', 'quorum-testdata');
const absent = existsSync(folder) ? '' : ` (skipped: no ${folder}; set DSYS_EXTERNAL_DATA)`;

describe.skipIf(absent !== '')(`The vectors of etcd-io/raft${absent}`, () => {
  test.each([
    ['majority_commit.txt', 15],
    ['majority_vote.txt', 15],
    ['joint_commit.txt', 25],
    ['joint_vote.txt', 35],
  ])('%s', (file, atLeast) => {
    const vectors = parse(readFileSync(join(folder, file), 'utf8'));
    expect(vectors.length).toBeGreaterThanOrEqual(atLeast);
    for (const vector of vectors) check(vector);
  });
});

describe('Majorities', () => {
  test('any two majorities share a member', () => {
    for (let size = 1; size < 20; size++) {
      expect(2 * majority(size)).toBeGreaterThan(size);
      expect(2 * (majority(size) - 1)).toBeLessThanOrEqual(size);
    }
  });
});
