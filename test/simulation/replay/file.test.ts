// Replay files: what is written is read back; whatever is wrong is refused, with the field, what was
// expected and what was found.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DsysError } from '../../../src/errors.ts';
import { drawPlan } from '../../../src/simulation/draw.ts';
import {
  formatReplayFile,
  parseReplayFile,
  type ReplayFile,
} from '../../../src/simulation/replay/file.ts';

const file: ReplayFile = {
  schema: 1,
  story: 'a vote was forgotten',
  failure: { kind: 'correctness', invariant: 'vote-once', message: 'node1 voted twice' },
  plan: drawPlan('file', { nodes: 3, ticks: 400 }),
};

describe('a replay file', () => {
  it('is read as it was written, whatever plan was drawn', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.constantFrom(undefined, 3, 4, 5, 7),
        fc.integer({ min: 1, max: 1500 }),
        (seed, nodes, ticks) => {
          const plan = drawPlan(seed, { ...(nodes === undefined ? {} : { nodes }), ticks });
          const written = formatReplayFile({ ...file, plan });
          expect(parseReplayFile(written, 'f.json')).toEqual({ ...file, plan });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('may hold a plan that never failed', () => {
    const green = { ...file, failure: null };
    expect(parseReplayFile(formatReplayFile(green), 'f.json')).toEqual(green);
  });
});

function complaint(text: string): string {
  try {
    parseReplayFile(text, 'f.json');
  } catch (error) {
    expect(error).toBeInstanceOf(DsysError);
    const { code, exitCode, hint, message } = error as DsysError;
    expect([code, exitCode]).toEqual(['config-invalid', 64]);
    expect(hint).toContain('docs/simulation.md');
    return message;
  }
  return 'no complaint';
}

type Path = readonly (string | number)[];

/** What is said of the file when this one place of it holds something else; undefined: nothing. */
function changed(path: Path, value: unknown): string {
  const copy = JSON.parse(formatReplayFile(file)) as Record<string, unknown>;
  let inner = copy;
  for (const name of path.slice(0, -1)) inner = inner[name] as Record<string, unknown>;
  inner[String(path.at(-1))] = value;
  return complaint(JSON.stringify(copy));
}

const kill = { kind: 'kill', at: 3, for: 5, node: 'node1' };
const planned = { id: 1, turn: 0, fault: kill };
const [operation] = file.plan.operations;

describe('a file that is wrong', () => {
  const wrong: readonly [string, Path, unknown, string][] = [
    ['another schema', ['schema'], 2, 'schema: expected a whole number from 1 to 1, found 2'],
    ['no plan', ['plan'], undefined, 'plan: expected an object, found nothing'],
    [
      'a field too many',
      ['plans'],
      [],
      'expected only schema, story, failure, plan; found "plans"',
    ],
    ['no seed', ['plan', 'seed'], undefined, 'plan.seed: expected 1 to 200 characters'],
    ['no nodes', ['plan', 'nodes'], 0, 'plan.nodes: expected a whole number from 2 to 9, found 0'],
    ['half a tick', ['plan', 'ticks'], 1.5, 'plan.ticks: expected a whole number'],
    ['more replicas than nodes', ['plan', 'replicationFactor'], 5, 'from 1 to 3, found 5'],
    ['an unknown bound', ['plan', 'limits', 'logEntriesMex'], 5, 'found "logEntriesMex"'],
    ['a bound out of range', ['plan', 'limits', 'logEntriesMax'], 0, 'logEntriesMax: expected a'],
    ['a share above one', ['plan', 'network', 'loss'], 2, 'a number from 0 to 1, found 2'],
    [
      'delays in the wrong order',
      ['plan', 'disk'],
      { delayMin: 5, delayMax: 4 },
      'plan.disk.delayMax: expected a whole number from 5 to 1000, found 4',
    ],
    ['an unknown kind in the mix', ['plan', 'mix', 'meteor'], 1, 'found "meteor"'],
    [
      'an unknown kind of fault',
      ['plan', 'faults'],
      [{ ...planned, fault: { ...kill, kind: 'meteor' } }],
      'plan.faults[0].fault: kind: expected kill, power-cut',
    ],
    [
      'a fault at a node that there is not',
      ['plan', 'faults'],
      [{ ...planned, fault: { ...kill, node: 'node9' } }],
      'plan.faults[0].fault: kill.node: expected one of node1, node2, node3, found "node9"',
    ],
    [
      'a fault after the storm',
      ['plan', 'faults'],
      [{ ...planned, fault: { ...kill, at: 401 } }],
      'plan.faults[0].fault.at: expected a whole number from 0 to 400, found 401',
    ],
    ['two faults of one id', ['plan', 'faults'], [planned, planned], 'faults: expected every id'],
    ['operations that are no list', ['plan', 'operations'], {}, 'expected a list, found {}'],
    [
      'two operations of one id',
      ['plan', 'operations'],
      [operation, operation],
      'plan.operations: expected every id once',
    ],
    [
      'an operation that its key does not allow',
      ['plan', 'operations', 0],
      { ...operation, kind: 'increment', key: 'r1' },
      'plan.operations[0].key: expected a key that allows increment, found "r1"',
    ],
    [
      'a read that carries a value',
      ['plan', 'operations', 0],
      { ...operation, kind: 'read', key: 'r1', value: 'x' },
      'plan.operations[0].value: expected null, because read carries nothing, found "x"',
    ],
    [
      'an unknown level',
      ['plan', 'operations', 0, 'consistency'],
      'most',
      'plan.operations[0].consistency: expected one, quorum, all, found "most"',
    ],
    ['a failure of no kind', ['failure', 'kind'], 'bad', 'failure.kind: expected correctness'],
    ['an unknown promise', ['failure', 'invariant'], 'x', 'failure.invariant: expected the name'],
  ];

  it.each(wrong)('with %s says so', (_name, path, value, message) => {
    expect(changed(path, value)).toMatch(/^f\.json: /);
    expect(changed(path, value)).toContain(message);
  });

  it('that is no JSON says so', () => {
    expect(complaint('{"schema":1,')).toContain('f.json: expected JSON, found 12 characters');
    expect(complaint('')).toContain('expected JSON');
    expect(complaint('[]')).toContain('f.json: expected an object');
    expect(complaint('null')).toContain('expected an object, found null');
  });

  it('never gets through, and never throws anything but a complaint', () => {
    const text = formatReplayFile({ ...file, plan: { ...file.plan, operations: [], faults: [] } });
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.string({ maxLength: 3 }), (place, junk) => {
        const damaged = text.slice(0, place) + junk + text.slice(place + 1);
        try {
          expect(parseReplayFile(damaged, 'f.json').schema).toBe(1);
        } catch (error) {
          expect(error).toBeInstanceOf(DsysError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of any shape is a complaint', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(complaint(text)).toContain('f.json');
      }),
    );
  });
});
