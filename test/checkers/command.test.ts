// `dsys check` as a person and as a script use it: verdict, words, JSON and exit codes.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runVerb, type VerbRun } from '../commands/run-verb.ts';

const directory = mkdtempSync(join(tmpdir(), 'dsys-check-'));
afterAll(() => rmSync(directory, { recursive: true }));

function check(text: string, ...flags: readonly string[]): Promise<VerbRun> {
  const path = join(directory, 'history');
  writeFileSync(path, text);
  return runVerb('check', [path, ...flags]);
}

const line = (call: number, f: string, value: string | null): string => {
  const out = { ok: true, value: f === 'read' ? value : null };
  return JSON.stringify({ id: call, client: 0, f, key: 'k', value, call, return: call + 1, out });
};
const good = [line(0, 'write', 'a'), line(2, 'read', 'a')].join('\n');
const stale = [line(0, 'write', 'a'), line(2, 'write', 'b'), line(4, 'read', 'a')].join('\n');

describe('dsys check', () => {
  it('a valid history exits with 0', async () => {
    const { stdout, exitCode } = await check(good);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^VALID {2}register, 2 operations/);
  });

  it('an invalid history exits with 1; the verdict comes first, then why, then the operations', async () => {
    const { stdout, exitCode } = await check(stale);
    expect(exitCode).toBe(1);
    expect(stdout.split('\n').slice(1, 5)).toEqual([
      'key "k": client 0 saw the old value "a" after "b" had been written (stale read)',
      '  line 1  client 0  write "a"   [0, 1]',
      '  line 2  client 0  write "b"   [2, 3]',
      '  line 3  client 0  read → "a"  [4, 5]',
    ]);
  });

  it('--json gives one value; its witness is a history that is itself invalid', async () => {
    const { stdout } = await check(stale, '--json');
    const value = JSON.parse(stdout) as { witness: readonly object[] };
    expect(value).toMatchObject({
      schema: 1,
      verdict: 'invalid',
      model: 'register',
      operations: 3,
    });
    const witness = value.witness.map((each) => JSON.stringify(each)).join('\n');
    expect((await check(witness)).exitCode).toBe(1);
  });

  it('-q prints the verdict only', async () => {
    expect((await check(good, '-q')).stdout).toBe('valid\n');
  });

  it('an empty history is unknown, exit 2, and says why', async () => {
    const { stdout, exitCode } = await check('');
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(
      /^UNKNOWN .*\nthe history is empty: nothing was done, so nothing is proved/,
    );
  });

  it('a malformed file is refused by line', async () => {
    const { stderr, exitCode } = await check(`${good}\n{"f":`);
    expect(exitCode).toBe(64);
    expect(stderr).toContain('line 3: expected one JSON object on the line; found {"f":');
  });

  it('operations that the model does not have are refused by line', async () => {
    const { stderr, exitCode } = await check(good, '--model', 'mutex');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('line 1: expected acquire, release (model mutex); found write');
  });

  it('a mixture of workloads is refused', async () => {
    const events = ['acquire', 'transfer'].map(
      (f, at) => `{"type":"invoke","process":${at},"f":"${f}"}`,
    );
    const { stderr } = await check(events.join('\n'));
    expect(stderr).toContain('expected operations of one known workload; found acquire, transfer');
  });

  it('an unknown model is a usage error with a suggestion', async () => {
    const { stderr, exitCode } = await check(good, '--model', 'serialisable');
    expect(exitCode).toBe(64);
    expect(stderr).toContain('did you mean serializable?');
  });

  it('a missing file, a directory, a bad size and a bad value are refused with words', async () => {
    expect((await runVerb('check', [join(directory, 'absent')])).stderr).toContain(
      'found no such file',
    );
    expect((await runVerb('check', [directory])).exitCode).toBe(64);
    expect((await check(good, '--memory', 'lots')).stderr).toContain(
      'expected a size such as 500MB',
    );
    expect((await check(good, '--initial', '{')).stderr).toContain(
      'expected a JSON value for --initial',
    );
  });

  it('--initial says what a register begins with', async () => {
    const read = line(0, 'read', 'z');
    expect((await check(read)).exitCode).toBe(1);
    expect((await check(read, '--initial', '"z"')).exitCode).toBe(0);
  });

  it('transactions are judged by the level that was promised', async () => {
    const txn = (process: number, type: string, value: unknown): string =>
      JSON.stringify({ type, process, f: 'txn', value });
    const [left, right] = [
      [
        ['append', 'x', 1],
        ['r', 'y', []],
      ],
      [
        ['append', 'y', 1],
        ['r', 'x', []],
      ],
    ];
    const skew = [
      txn(0, 'invoke', left),
      txn(1, 'invoke', right),
      txn(0, 'ok', left),
      txn(1, 'ok', right),
    ];
    const text = skew.join('\n');
    expect((await check(text)).stdout).toContain('G2, a cycle of 2 transactions');
    expect((await check(text, '--isolation', 'snapshot-isolation')).exitCode).toBe(0);
    expect((await check(text, '--model', 'snapshot-isolation')).exitCode).toBe(0);
    expect((await check(text, '--model', 'serializable', '--json')).stdout).toContain(
      '"name":"G2"',
    );
  });

  it('reports of replicas are judged for convergence', async () => {
    const report = (node: string, hash: string): string =>
      JSON.stringify({ node, group: 1, appliedIndex: 5, hash });
    expect((await check(`${report('node1', 'a')}\n${report('node2', 'b')}`)).exitCode).toBe(1);
    expect((await check(`${report('node1', 'a')}\n${report('node2', 'a')}`)).exitCode).toBe(0);
  });
});
