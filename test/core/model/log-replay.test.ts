// The one reading of a log's records, and how it joins the state.

import { describe, expect, test } from 'vitest';
import { GroupReplay, type JoinedLog } from '../../../src/core/model/log-replay.ts';
import type { LogRecord } from '../../../src/core/model/records.ts';
import type { AppliedPoint } from '../../../src/core/model/state.ts';
import {
  entriesBetween,
  entriesRecord,
  hardState,
  logStart,
  one,
  point,
  shape,
} from '../../ports/storage-words.ts';

const entries = (first: number, last: number, inTerm = 1): LogRecord =>
  entriesRecord(one, entriesBetween(first, last, inTerm));

function join(records: readonly LogRecord[], at: AppliedPoint | null = null): JoinedLog {
  const replay = new GroupReplay();
  for (const record of records) replay.apply(record);
  return replay.join(at);
}

/** `5.2 > 6.2 7.2`: the start, then the entries; or why there is a hole. */
function told(joined: JoinedLog): string {
  if (joined.kind === 'hole') return `hole: ${joined.why}`;
  const { start, entries: left } = joined;
  return `${start.index}.${start.term} > ${shape(left)}`.trim();
}

describe('a log without state', () => {
  test.each([
    { name: 'is empty at first', records: [], result: '0.0 >' },
    { name: 'holds its entries', records: [entries(1, 3)], result: '0.0 > 1.1 2.1 3.1' },
    {
      name: 'replaces a suffix, however it came',
      records: [entries(1, 2), entries(3, 5), entries(2, 2, 4), entries(3, 3, 5)],
      result: '0.0 > 1.1 2.4 3.5',
    },
    {
      name: 'has a hole when its beginning is gone',
      records: [entries(4, 5)],
      result: 'hole: the log begins at 4, and there is no state before it',
    },
    {
      name: 'has a hole when a snapshot is recorded that no state holds',
      records: [entries(1, 2), logStart(one, 9), entries(10, 10)],
      result: 'hole: the log begins at 10, and there is no state before it',
    },
  ])('$name', ({ records, result }) => {
    expect(told(join(records))).toBe(result);
  });
});

describe('a log joined with the state at a point', () => {
  test.each([
    {
      name: 'may begin before it',
      at: point(2),
      records: [entries(1, 3)],
      result: '0.0 > 1.1 2.1 3.1',
    },
    { name: 'may end at it', at: point(3), records: [entries(1, 3)], result: '0.0 > 1.1 2.1 3.1' },
    {
      name: 'begins there when it is beyond the end',
      at: point(7),
      records: [entries(1, 3)],
      result: '7.1 >',
    },
    {
      name: 'begins there when the terms differ',
      at: point(2, 3),
      records: [entries(1, 4)],
      result: '2.3 >',
    },
    {
      name: 'begins there when its entries do',
      at: point(5),
      records: [entries(6, 7)],
      result: '5.1 > 6.1 7.1',
    },
    {
      name: 'begins after its own first entry when nothing earlier is known',
      at: point(7),
      records: [entries(5, 8)],
      result: '5.1 > 6.1 7.1 8.1',
    },
    {
      name: 'has a hole when it begins later',
      at: point(5),
      records: [entries(7, 8)],
      result: 'hole: the state ends at 5, the log begins at 7',
    },
    {
      name: 'has a hole when a recorded start is later',
      at: point(5),
      records: [logStart(one, 7)],
      result: 'hole: the state ends at 5, the log begins at 8',
    },
    {
      name: 'keeps what follows a recorded start of its own term',
      at: point(3),
      records: [entries(1, 5), logStart(one, 3)],
      result: '3.1 > 4.1 5.1',
    },
    {
      name: 'drops everything at a recorded start of another term',
      at: point(3, 2),
      records: [entries(1, 5), logStart(one, 3, 2)],
      result: '3.2 >',
    },
    {
      name: 'goes on behind a recorded start',
      at: point(9, 2),
      records: [entries(1, 5), logStart(one, 9, 2), entries(10, 11, 2)],
      result: '9.2 > 10.2 11.2',
    },
    {
      name: 'is not moved by the copy of a start that heads a later segment',
      at: point(6),
      records: [logStart(one, 2), entries(5, 6), logStart(one, 2), entries(7, 7)],
      result: '5.1 > 6.1 7.1',
    },
    {
      name: 'lets a copy of its own start pass',
      at: point(4),
      records: [logStart(one, 4), entries(5, 6), logStart(one, 4), entries(7, 7)],
      result: '4.1 > 5.1 6.1 7.1',
    },
  ])('$name', ({ at, records, result }) => {
    expect(told(join(records, at))).toBe(result);
  });

  test('has a term at least as high as anything stored, without a vote in it', () => {
    const stored = [hardState(one, 2, 'node1'), entries(1, 1, 2)];
    expect(join(stored)).toMatchObject({ hardState: { term: 2, votedFor: 'node1' } });
    expect(join(stored, point(9, 5))).toMatchObject({ hardState: { term: 5, votedFor: null } });
  });
});
