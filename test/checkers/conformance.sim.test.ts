// The verdicts of others, on histories that others recorded: Porcupine, Knossos, Elle and elle-cli.
// Every verdict must be the same; `unknown` counts as wrong.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CheckOptions, checkText } from '../../src/checkers/check.ts';
import type { Judgement } from '../../src/checkers/judgement.ts';
import { externalData, hasExternalData, readExternal } from '../external-data.ts';

const limitMs = 20_000;

function judged(path: string, options: Omit<CheckOptions, 'budget'>): Judgement {
  const endsAt = performance.now() + limitMs;
  const budget = { memoryBytesMax: 500e6, isOver: () => performance.now() > endsAt };
  const judgement = checkText(readExternal(path), { ...options, budget });
  if ('kind' in judgement) throw new Error(`${path}: ${JSON.stringify(judgement)}`);
  return judgement;
}

const expectedVerdict = (text: string | undefined): string =>
  text === 'true' ? 'valid' : 'invalid';

function rows(path: string): readonly (readonly string[])[] {
  return readExternal(path)
    .split('\n')
    .map((line) => line.trim().split('\t'))
    .filter(({ length }) => length > 1);
}

const differing = (
  found: readonly (readonly [file: string, found: string, expected: string])[],
): unknown => found.filter(([, verdict, expected]) => verdict !== expected);

describe.skipIf(!hasExternalData)(
  'the verdicts of others (skipped without external test data)',
  () => {
    it('Porcupine: every etcd log and key-value history', () => {
      const cases = rows('porcupine/expected.tsv').filter(([file]) => file !== 'file');
      const found = cases.map(([file = '', expected]) => {
        const { verdict } = judged(`porcupine/${file}`, {});
        return [file, verdict, expectedVerdict(expected)] as const;
      });
      expect(differing(found)).toEqual([]);
      expect(found.length).toBeGreaterThan(50);
    });

    it('Porcupine: histories of 50 clients take less than two seconds', () => {
      for (const file of ['c50-ok.txt', 'c50-bad.txt']) {
        const startedAt = performance.now();
        judged(`porcupine/kv/${file}`, {});
        const ms = performance.now() - startedAt;
        console.info(`${file}: ${ms.toFixed(0)} ms`);
        expect(ms).toBeLessThan(2000);
      }
    });

    it('Knossos: registers and multi-registers that begin with 0, and a lock that two held', () => {
      const cases = rows('knossos/expected.tsv').filter(([file]) => file !== 'file');
      const present = cases.filter(([file = '']) =>
        existsSync(join(externalData, 'knossos', file)),
      );
      const found = present.map(([file = '', expected]) => {
        const { verdict } = judged(`knossos/${file}`, { initial: 0 });
        return [file, verdict, expectedVerdict(expected)] as const;
      });
      expect(differing(found)).toEqual([]);
      expect(found.length).toBeGreaterThan(115);
    });

    it('Knossos: the same without being told the first value', () => {
      const cases = rows('knossos/expected.tsv').filter(([file]) => file !== 'file');
      const present = cases.filter(([file = '']) =>
        existsSync(join(externalData, 'knossos', file)),
      );
      const found = present.map(([file = '', expected]) => {
        const { verdict } = judged(`knossos/${file}`, {});
        return [file, verdict, expectedVerdict(expected)] as const;
      });
      expect(differing(found)).toEqual([]);
    });

    it('elle-cli: every model, as its own options say', () => {
      const found = rows('elle-cli/expected.tsv').flatMap(([expected, call = '']) => {
        const file = /histories\/\S+/.exec(call)?.[0] ?? '';
        if (!existsSync(join(externalData, 'elle-cli', file))) return [];
        const { verdict } = judged(`elle-cli/${file}`, optionsOf(call));
        return [[file, verdict, expectedVerdict(expected)] as const];
      });
      expect(differing(found)).toEqual([]);
      expect(found.length).toBeGreaterThan(25);
    });

    it('Elle: the example of its paper is a read skew', () => {
      const { verdict, anomalies = [] } = judged('elle/paper-example.edn', {
        isolation: 'serializable',
      });
      expect([verdict, anomalies.map(({ name }) => name)]).toEqual(['invalid', ['G-single']]);
    });

    it('Elle: a history that snapshot isolation allows, and strict serializability does not', () => {
      const file = 'elle/si-without-g-single.edn';
      expect(judged(file, { isolation: 'snapshot-isolation' }).verdict).toBe('valid');
      expect(
        judged(file, { isolation: 'serializable' }).anomalies?.map(({ name }) => name),
      ).toEqual(['G2']);
      const strict = judged(file, {}).anomalies?.map(({ name }) => name);
      expect(strict).toEqual(['G-single-realtime', 'G2']);
    });

    it('Elle accepts a read of what nobody wrote; dsys names it, unless told to accept it', () => {
      const file = 'elle-cli/histories/elle/rw-register.edn';
      expect(judged(file, {}).anomalies?.[0]?.name).toBe('unwritten-read');
      const names = judged(file, { allowUnwritten: true }).anomalies?.map(({ name }) => name);
      expect(names).toEqual(['cyclic-versions']);
    });
  },
);

/**
 * The options of elle-cli, in our words. Its registers promise no order of versions and may hold
 * foreign values.
 */
function optionsOf(call: string): Omit<CheckOptions, 'budget'> {
  const model = /--model\s+(\S+)/.exec(call)?.[1] ?? '';
  const isolation = /--consistency-models\s+(\S+)/.exec(call)?.[1];
  if (model === 'rw-register') return { model, isolation: 'serializable', allowUnwritten: true };
  return { model, ...(isolation === undefined ? {} : { isolation }) };
}

describe.skipIf(!hasExternalData)('histories as pairs of notations', () => {
  it('EDN and JSON twins are read as the same operations', () => {
    for (const name of ['elle/paper-example', 'jepsen/bank', 'knossos/mutex/bad/etcd']) {
      const [edn, json] = ['edn', 'json'].map((ending) =>
        readFileSync(join(externalData, 'elle-cli/histories', `${name}.${ending}`), 'utf8'),
      );
      const options = { budget: { memoryBytesMax: 500e6, isOver: () => false } };
      const [left, right] = [checkText(edn ?? '', options), checkText(json ?? '', options)];
      expect('verdict' in left && left.verdict).toBe('verdict' in right && right.verdict);
      expect('why' in left && left.why).toBe('why' in right && right.why);
    }
  });
});
