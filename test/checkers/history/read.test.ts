// Every notation is recognised and read as the same operations; what is no history is told by its
// line.

import { describe, expect, it } from 'vitest';
import type { Malformed, OperationHistory } from '../../../src/checkers/history/history.ts';
import { readHistory } from '../../../src/checkers/history/read.ts';

function operations(text: string): OperationHistory {
  const history = readHistory(text);
  if (history.kind !== 'operations') throw new Error(JSON.stringify(history));
  return history;
}

function fault(text: string): Malformed {
  const history = readHistory(text);
  if (history.kind !== 'malformed') throw new Error(JSON.stringify(history));
  return history;
}

const write =
  '{"id":0,"client":0,"f":"write","key":"k0","value":"v","call":3,"return":14,' +
  '"out":{"ok":true,"value":null}}';
const open =
  '{"id":1,"client":1,"f":"cas","key":"k0","value":"w","old":"v","call":3,"return":null,"out":null}';

describe('dsys JSON lines', () => {
  it('give one operation a line, with ranks for times', () => {
    const { format, operations: list } = operations(`${write}\n\n${open}\n`);
    expect(format).toBe('dsys');
    expect(list.map(({ f, input, outcome, line }) => [f, input, outcome, line])).toEqual([
      ['write', 'v', 'ok', 1],
      ['cas', ['v', 'w'], 'unknown', 3],
    ]);
    expect(list.map(({ call, return: end }) => [call, end])).toEqual([
      [0, 2],
      [1, null],
    ]);
  });

  it('put a call at the instant of a return before it', () => {
    const late = write.replace('"call":3,"return":14', '"call":14,"return":20');
    const list = operations(`${write}\n${late}`).operations;
    expect(list.map(({ call, return: end }) => [call, end])).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  it('may stand in any order', () => {
    const early = write.replace('"call":3,"return":14', '"call":1,"return":2');
    expect(operations(`${write}\n${early}`).operations.map(({ line }) => line)).toEqual([2, 1]);
  });

  it('are refused where an operation returns before it is called', () => {
    const backwards = write.replace('"return":14', '"return":2');
    expect(fault(`${write}\n${backwards}`)).toEqual({
      kind: 'malformed',
      line: 2,
      expected: '"return" at or after the call at 3',
      found: '2',
    });
  });

  it('are refused by line for everything else that is wrong', () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      [write.replace('"write"', '"swap"'), /"f" one of read, write, cas, append, delete/],
      [write.replace('"key":"k0",', ''), /"key" with a text/],
      [write.replace('"call":3', '"call":"3"'), /"call" with a whole number/],
      [write.replace('"return":14', '"return":null'), /both null/],
      [write.replace('{"ok":true,"value":null}', 'true'), /"out" with "ok"/],
      [open.replace('"old":"v",', ''), /"old" that the cas expects/],
      [write.replace('"write"', '"append"').replace('"value":"v"', '"value":5'), /text to append/],
      ['{"id":0', /one JSON object on the line/],
      ['{"type":"invoke","f":"read"}', /an operation with "call"/],
      ['[1]', /one JSON object on the line/],
    ];
    for (const [line, expected] of wrong) {
      const { line: at, expected: told } = fault(`${write}\n${line}`);
      expect([at, expected.test(told)]).toEqual([2, true]);
    }
  });
});

const events = [
  '{"index":0,"type":"invoke","process":0,"f":"txn","value":[["append",1,1],["r",1,null]]}',
  '{"index":1,"type":"invoke","process":1,"f":"txn","value":[["r",1,null]]}',
  '{"index":2,"type":"info","process":"nemesis","f":"kill"}',
  '{"index":3,"type":"ok","process":0,"f":"txn","value":[["append",1,1],["r",1,[1]]]}',
  '{"index":4,"type":"info","process":1,"f":"txn","value":[["r",1,null]]}',
];

describe('Jepsen events', () => {
  it('are paired by process, as JSON lines and as a JSON array', () => {
    for (const text of [events.join('\n'), `[${events.join(',\n')}]`]) {
      const list = operations(text).operations;
      expect(
        list.map(({ client, outcome, call, return: end }) => [client, outcome, call, end]),
      ).toEqual([
        ['0', 'ok', 0, 3],
        ['1', 'unknown', 1, null],
      ]);
      expect(list[0]?.output).toEqual([
        ['append', 1, 1],
        ['r', 1, [1]],
      ]);
    }
  });

  it('are refused where something returns that was never called', () => {
    const { line, expected } = fault(`${events[0]}\n${events[3]}\n${events[3]}`);
    expect([line, expected]).toEqual([3, 'a call (invoke txn of process 0) before its ok']);
  });

  it('are refused where a process calls twice at once', () => {
    const { line, expected } = fault(`${events[0]}\n${events[0]}`);
    expect([line, expected]).toEqual([2, 'process 0 to finish its call of line 1 first']);
  });

  it('are refused where another kind of line is mixed in, also within an array', () => {
    expect(fault(`${events[0]}\n${write}`)).toMatchObject({ line: 2, expected: /"type"/ });
    expect(fault(`[${events[0]},\n\n${write}]`)).toMatchObject({ line: 3 });
  });

  it('without processes belong to the oldest call that asks the same', () => {
    const text = [
      '{:type :invoke :f :read :value nil}',
      '{:type :invoke :f :write :value 4}',
      '{:type :ok :f :write :value 4}',
      '{:type :ok :f :read :value #{4}}',
    ].join('\n');
    const list = operations(text).operations;
    expect(list.map(({ f, call, return: end, output }) => [f, call, end, output])).toEqual([
      ['read', 0, 3, [4]],
      ['write', 1, 2, 4],
    ]);
  });
});

describe('logs of Jepsen', () => {
  const log = [
    'INFO  jepsen.core - starting',
    'INFO  jepsen.util - 0\t:invoke\t:cas\t[2 4]',
    'INFO  jepsen.util - 1\t:invoke\t:read\tnil',
    'INFO  jepsen.util - 1\t:fail\t:read\t:timed-out',
    'INFO  jepsen.util - 0\t:info\t:cas\t:timed-out',
  ];

  it('give operations; other lines are skipped', () => {
    const { format, operations: list } = operations(log.join('\n'));
    expect(format).toBe('jepsen-log');
    expect(list.map(({ f, input, outcome }) => [f, input, outcome])).toEqual([
      ['cas', [2, 4], 'unknown'],
      ['read', null, 'fail'],
    ]);
  });

  it('are refused by line', () => {
    const broken = [...log, 'INFO  jepsen.util - 0\t:started\t:cas\t[2 4]'].join('\n');
    expect(fault(broken)).toMatchObject({ line: 6 });
    expect(fault(`${log[1]}\nsomething else`)).toMatchObject({ line: 2 });
  });
});

describe('other files', () => {
  it('an empty file is an empty history', () => {
    for (const text of ['', ' \n\n', '[]']) expect(operations(text).operations).toEqual([]);
  });

  it('reports of replicas are read as such', () => {
    const text = '{"node":"node1","group":1,"appliedIndex":7,"hash":"ab"}';
    expect(readHistory(text)).toEqual({
      kind: 'replicas',
      replicas: [{ node: 'node1', group: 1, appliedIndex: 7, hash: 'ab' }],
    });
    expect(fault(`${text}\n{"hash":5}`)).toMatchObject({ line: 2 });
  });

  it('anything else is refused with the line of its first word', () => {
    expect(fault('\n\nhello world')).toEqual({
      kind: 'malformed',
      line: 3,
      expected: 'JSON lines, a JSON array, EDN, or a log of Jepsen',
      found: 'hello world',
    });
    expect(fault('{"a":1}').expected).toMatch(/an operation .* an event .* or a report/);
  });
});
