// etcd's vectors for the arithmetic of configurations (confchange): each command with its changes,
// and what becomes of voters, learners and what the leader knows of each member. They were written by
// nobody of this project; where ours must differ, the reason stands in the table below.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  isJoint,
  isSame,
  jointOf,
  leftJoint,
  type MemberChange,
  needsJoint,
  withChanges,
} from '../../../src/core/model/configuration.ts';
import type { Configuration } from '../../../src/core/model/entry.ts';
import { logIndex, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import { Configurations } from '../../../src/core/raft/configurations.ts';
import { externalData, hasExternalData, readExternal } from '../../external-data.ts';
import { voters } from './cluster.ts';
import { configurationOf } from './members.ts';
import { parseScript, type Step } from './scripts/script.ts';

const folder = ['etcd-raft', 'confchange-testdata'];
const files = hasExternalData ? readdirSync(join(externalData, ...folder)).sort() : [];

const reasons = {
  always: 'a joint configuration is always left by itself, so none is marked',
  names: 'a node has a name, and none of them means nobody',
} as const;

interface Deviation {
  readonly line: number;
  readonly why: keyof typeof reasons;
  readonly ours: readonly string[];
}

const deviations: Readonly<Record<string, readonly Deviation[]>> = {
  'joint_autoleave.txt': [
    {
      line: 11,
      why: 'always',
      ours: [
        'voters=(1 2 3)&&(1)',
        '1: StateProbe match=0 next=1',
        '2: StateProbe match=0 next=1',
        '3: StateProbe match=0 next=1',
      ],
    },
  ],
  'zero.txt': [
    {
      line: 2,
      why: 'names',
      ours: [
        'voters=(1) learners=(0)',
        '0: StateProbe match=0 next=1 learner',
        '1: StateProbe match=0 next=1',
      ],
    },
  ],
};

const standings = { v: 'voter', l: 'learner', r: 'removed' } as const;

/** `u` carries a word for the host, which here goes its own ways. */
function changesIn(input: readonly string[]): readonly MemberChange[] {
  return input.flatMap((line) =>
    line.split(' ').flatMap((word) => {
      const to = standings[word[0] as keyof typeof standings];
      return to === undefined ? [] : [{ node: nodeId(word.slice(1)), to }];
    }),
  );
}

class Group {
  #configuration = voters();
  /** What each member was given as its first entry. */
  #next = new Map<NodeId, number>();
  #commands = 0;

  play({ command, input }: Step): readonly string[] {
    const next = this.#after(command, changesIn(input));
    const lines = typeof next === 'string' ? [next] : this.#adopt(next);
    this.#commands++;
    return lines;
  }

  #after(command: string, changes: readonly MemberChange[]): Configuration | string {
    const before = this.#configuration;
    if (command === 'leave-joint') {
      return isJoint(before) ? leftJoint(before) : "can't leave a non-joint config";
    }
    const enters = command === 'enter-joint';
    if (isJoint(before)) {
      return enters
        ? 'config is already joint'
        : "can't apply simple config change in joint config";
    }
    if (enters && before.voters.length === 0) return "can't make a zero-voter config joint";
    const after = withChanges(before, changes);
    if (after.voters.length === 0) return 'removed all voters';
    if (enters) return jointOf(before, after);
    const wants = 'more than one voter changed without entering joint config';
    return needsJoint(before, after) ? wants : after;
  }

  /** The entry is committed: nobody is told any more who is not named. */
  #adopt(configuration: Configuration): readonly string[] {
    this.#configuration = configuration;
    const index = logIndex(this.#commands);
    const audience = new Configurations({ index, configuration }).audience(index);
    const fresh = Math.max(1, this.#commands);
    this.#next = new Map(audience.map((node) => [node, this.#next.get(node) ?? fresh]));
    return [word(configuration), ...audience.map((node) => this.#wordMember(node))];
  }

  #wordMember(node: NodeId): string {
    const { voters: now, votersOutgoing } = this.#configuration;
    const learner = now.includes(node) || votersOutgoing.includes(node) ? '' : ' learner';
    return `${node}: StateProbe match=0 next=${this.#next.get(node)}${learner}`;
  }
}

/** As etcd prints it; who votes in the old set only and learns then is apart there. */
function word({ voters: now, votersOutgoing, learners }: Configuration): string {
  const sets = [`voters=(${now.join(' ')})`];
  if (votersOutgoing.length > 0) sets.push(`&&(${votersOutgoing.join(' ')})`);
  const later = learners.filter((node) => votersOutgoing.includes(node));
  const already = learners.filter((node) => !later.includes(node));
  if (already.length > 0) sets.push(` learners=(${already.join(' ')})`);
  if (later.length > 0) sets.push(` learners_next=(${later.join(' ')})`);
  return sets.join('');
}

describe.skipIf(!hasExternalData)('Changes as etcd’s raft reckons (skipped without them)', () => {
  test.each(files)('%s', (file) => {
    const group = new Group();
    const steps = parseScript(readExternal(...folder, file));
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) {
      const deviation = deviations[file]?.find(({ line }) => line === step.line);
      const ours = group.play(step);
      expect(ours, `line ${step.line}`).toEqual(deviation?.ours ?? step.output);
      if (deviation !== undefined) expect(ours).not.toEqual(step.output);
    }
  });

  test('every deviation is of a command that there is', () => {
    for (const [file, list] of Object.entries(deviations)) {
      const lines = parseScript(readExternal(...folder, file)).map(({ line }) => line);
      for (const { line, why } of list) {
        expect(lines).toContain(line);
        expect(reasons[why]).toBeDefined();
      }
    }
  });
});

describe('Changes', () => {
  const before = configurationOf({ voters: ['a', 'b', 'c'], learners: ['d'] });

  test('of two changes of one node the later one holds', () => {
    const changes = changesIn(['vd rd', 'ra la']);
    expect(withChanges(before, changes)).toEqual(
      configurationOf({ voters: ['b', 'c'], learners: ['a'] }),
    );
  });

  test('what is so already stays so', () => {
    expect(isSame(withChanges(before, changesIn(['va ld re'])), before)).toBe(true);
    expect(isSame(before, voters('a', 'b', 'c'))).toBe(false);
  });

  test('only a change of at most one vote needs no joint configuration', () => {
    const needs = (input: string) => needsJoint(before, withChanges(before, changesIn([input])));
    for (const one of ['vd', 'ra', 'la', 'rd', 'le lf']) expect(needs(one), one).toBe(false);
    for (const two of ['vd ra', 'ra rb', 'vd ve', 'la lb']) expect(needs(two), two).toBe(true);
  });

  test('a joint configuration is changed by being left only', () => {
    const joint = jointOf(before, withChanges(before, changesIn(['ra rb'])));
    expect(() => withChanges(joint, [])).toThrow(/is left before/);
    expect(() => jointOf(joint, before)).toThrow(/two sets/);
    expect(() => leftJoint(before)).toThrow(/only a joint/);
    expect(leftJoint(joint)).toEqual(configurationOf({ voters: ['c'], learners: ['d'] }));
  });
});
