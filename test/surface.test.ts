// The surface of the command line: verbs, arguments, flags and exit codes are a promise to scripts.
// A change here is a change for users: it belongs into CHANGELOG.md. `vitest -u` writes the
// snapshot. Needs a build.

import { describe, expect, it } from 'vitest';
import { exitCodes } from '../src/errors.ts';
import { readVerbs } from './docs/manifest.ts';
import { describeVerbs, shapeOf } from './surface/describe.ts';

const verbs = readVerbs();

describe('the command line', () => {
  it('has these verbs and flags', async () => {
    await expect(describeVerbs(verbs)).toMatchFileSnapshot('surface/verbs.txt');
  });

  it('has --json and -q on every verb', () => {
    for (const verb of verbs)
      expect(Object.keys(verb.flags)).toEqual(expect.arrayContaining(['json', 'quiet']));
  });

  it('says in one line what each verb does', () => {
    for (const verb of verbs) expect(`${verb.id}: ${verb.summary ?? ''}`).toMatch(/^\S+: .{10,}/);
  });

  it('has these exit codes', () => {
    expect(exitCodes).toEqual({
      done: 0,
      failed: 1,
      unknown: 2,
      unavailable: 3,
      notFound: 4,
      conflict: 5,
      usage: 64,
      bug: 70,
      interrupted: 130,
    });
  });
});

describe('the shape of a JSON value', () => {
  it('is one line a field, with the types of all elements together', () => {
    const value = { a: 1, b: [{ c: null }, { c: null }, { c: 'x' }], d: [] };
    expect(shapeOf(value)).toEqual(['.a: number', '.b[].c: null | string', '.d[]: nothing']);
  });

  it('does not hold the keys that are data', () => {
    const value = { peers: { node1: 'up', node2: 'up' } };
    expect(shapeOf(value, ['.peers'])).toEqual(['.peers.{}: string']);
  });
});
