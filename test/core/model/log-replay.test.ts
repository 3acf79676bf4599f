// The one reading of a log's records, and how it joins the state.

import { describe, expect, test } from 'vitest';
import { type JoinedLog, LogReplay } from '../../../src/core/model/log-replay.ts';
import type { GroupDrop, LogRecord } from '../../../src/core/model/records.ts';
import type { AppliedPoint } from '../../../src/core/model/state.ts';
import {
  dropOf,
  dropped,
  entriesBetween,
  entriesRecord,
  hardState,
  logStart,
  one,
  point,
  shape,
  tentative,
  tentativeWrite,
  two,
} from '../../ports/storage-words.ts';

const entries = (first: number, last: number, inTerm = 1): LogRecord =>
  entriesRecord(one, entriesBetween(first, last, inTerm));

function join(records: readonly LogRecord[], at: AppliedPoint | null = null): JoinedLog {
  return joinWith(records, { at });
}

function joinWith(
  records: readonly LogRecord[],
  engine: { readonly at?: AppliedPoint | null; readonly drop?: GroupDrop },
): JoinedLog {
  const replay = new LogReplay();
  for (const record of records) replay.apply(record);
  return replay.group(one).join(engine.at ?? null, engine.drop ?? null);
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

describe('a group that was dropped', () => {
  const drop = dropOf(one, 1, 4);
  const oldLife = [entries(1, 9), hardState(one, 4, 'node2'), tentative(one, 1), logStart(one, 3)];

  test('begins anew behind the last drop, with its promises', () => {
    const joined = joinWith([...oldLife, dropped(drop)], { drop });
    expect(told(joined)).toBe('0.0 >');
    expect(joined).toMatchObject({ life: 1, hardState: drop.hardState, tentative: [] });
  });

  test('has a new log behind it, whatever its indexes are', () => {
    const young = [entries(1, 2, 5), tentative(one, 2)];
    const joined = joinWith([...oldLife, dropped(drop), ...young], { drop });
    expect(told(joined)).toBe('0.0 > 1.5 2.5');
    expect(joined).toMatchObject({ tentative: [tentativeWrite(2)] });
    const beyond = [...oldLife, dropped(drop), logStart(one, 7, 5), entries(8, 9, 5)];
    expect(told(joinWith(beyond, { at: point(7, 5), drop }))).toBe('7.5 > 8.5 9.5');
  });

  test('is not dropped again by the copies that head later segments', () => {
    const young = [dropped(drop), hardState(one, 6, 'node3'), entries(1, 2, 5)];
    const copies = [dropped(drop), hardState(one, 6, 'node3')];
    const joined = joinWith([...young, ...copies, entries(3, 3, 5)], { drop });
    expect(told(joined)).toBe('0.0 > 1.5 2.5 3.5');
    expect(joined).toMatchObject({ life: 1, hardState: { term: 6, votedFor: 'node3' } });
  });

  test('is of the life of the engine when a crash kept the log from saying so', () => {
    const second = dropOf(one, 2, 7);
    const log = [...oldLife, dropped(drop), entries(1, 5, 5), tentative(one, 2)];
    const joined = joinWith(log, { drop: second });
    expect(told(joined)).toBe('0.0 >');
    expect(joined).toMatchObject({ life: 2, hardState: second.hardState, tentative: [] });
    expect(told(joinWith(log, { at: point(3, 8), drop: second }))).toBe('3.8 >');
  });

  test('has a hole when the engine is of an earlier life than the log', () => {
    const second = [...oldLife, dropped(dropOf(one, 2))];
    const why = 'hole: the state is of life 0, the log of life 2';
    expect(told(joinWith(second, { at: point(3) }))).toBe(why);
    expect(told(joinWith(second, { drop }))).toContain('the state is of life 1');
  });

  test('begins anew where the whole engine was made anew', () => {
    expect(joinWith([...oldLife, dropped(drop)], {})).toMatchObject({ kind: 'joined', life: 1 });
  });

  test('leaves others alone', () => {
    const replay = new LogReplay();
    for (const record of [...oldLife, dropped(dropOf(two, 3))]) replay.apply(record);
    expect(told(replay.group(one).join(point(3)))).toContain('9.1');
    expect([replay.lives.of(one), replay.lives.of(two)]).toEqual([0, 3]);
    expect(replay.groups).toEqual([1, 2]);
  });
});
