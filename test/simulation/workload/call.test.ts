// A request ends for its caller as the client library would have it: ok, failed for certain, or
// unknown; what may have arrived is never called failed.

import { describe, expect, test } from 'vitest';
import { clientId, groupId, logIndex, nodeId, term } from '../../../src/core/model/ids.ts';
import type { Operation, Refusal, Request, Result } from '../../../src/core/model/operation.ts';
import type { Random } from '../../../src/core/model/random.ts';
import { Call, type CallOptions, type Ending } from '../../../src/simulation/workload/call.ts';
import { Routes } from '../../../src/simulation/workload/routes.ts';

const [node1, node2, node3] = [nodeId('node1'), nodeId('node2'), nodeId('node3')] as const;
const increment: Operation = { kind: 'increment', key: 'c1', delta: 1 };
const session = {
  clientId: clientId('client1'),
  seq: 1,
  firstUnanswered: 1,
  issuedAt: { wallMs: 1, logical: 0 },
};

interface Played {
  readonly call: Call;
  readonly sent: { readonly node: string; readonly request: Request }[];
  readonly endings: Ending[];
  /** Ticks up to and with this one. */
  until(now: number): void;
  /** The attempt of this number, from 0, is answered now. */
  answer(attempt: number, result: Result): void;
}

/** Always the least: no write is sent twice at once, so that attempts can be counted. */
const calm: Random = {
  below: () => 0,
  between: (low) => low,
  chance: () => false,
  stream: () => calm,
};

function play(options: Partial<CallOptions> = {}): Played {
  const sent: Played['sent'] = [];
  const endings: Ending[] = [];
  let ids = 0;
  let now = 0;
  const call = new Call(
    {
      operation: increment,
      group: groupId(1),
      consistency: 'quorum',
      session,
      via: 'leader',
      retries: 2,
      deadlineTicks: 20,
      random: calm,
      routes: new Routes([node1, node2, node3]),
      nextId: () => ++ids,
      send: (node, request) => sent.push({ node, request }),
      onEnd: (ending) => endings.push(ending),
      ...options,
    },
    0,
  );
  const until = (tick: number): void => {
    for (; now <= tick && !call.ended; now++) call.onTick(now);
  };
  const answer = (attempt: number, result: Result): void =>
    call.onReply(sent[attempt]?.request.id ?? 0, result, now);
  until(0);
  return { call, sent, endings, until, answer };
}

const written: Result = {
  kind: 'written',
  version: { index: logIndex(3), term: term(1), vector: {}, hlc: { wallMs: 1, logical: 0 } },
  acks: [node1],
  number: 1,
  via: node1,
};

function refused(reason: Refusal['reason'], effect: Refusal['effect'] = 'none'): Result {
  const refusal: Refusal = {
    reason,
    effect,
    message: '',
    leader: null,
    replicas: [],
    reachable: [],
    missing: [],
    version: null,
  };
  return { kind: 'refused', refusal };
}

describe('a call that is answered', () => {
  test('ends ok with what came', () => {
    const { endings, answer } = play();
    answer(0, written);
    expect(endings).toEqual([{ kind: 'ok', result: written }]);
  });

  test('ends once', () => {
    const { endings, answer } = play();
    answer(0, written);
    answer(0, refused('overloaded'));
    expect(endings).toHaveLength(1);
  });

  test('may be answered by an attempt that was given up', () => {
    const { sent, endings, until, answer } = play();
    until(25);
    expect(sent).toHaveLength(2);
    answer(0, written);
    expect(endings).toEqual([{ kind: 'ok', result: written }]);
  });

  test('ends failed when the log refused it, whatever became of other attempts', () => {
    const { endings, until, answer } = play();
    until(25);
    answer(1, refused('condition-failed'));
    expect(endings).toEqual([{ kind: 'failed', reason: 'condition-failed' }]);
  });

  test('ends committed when it is committed and not everywhere', () => {
    const { endings, answer } = play({ consistency: 'all' });
    answer(0, refused('not-at-all', 'committed'));
    expect(endings).toEqual([{ kind: 'committed' }]);
  });

  test('ends unknown when its session is forgotten', () => {
    const { endings, answer } = play();
    answer(0, refused('session-expired', 'unknown'));
    expect(endings).toEqual([{ kind: 'unknown' }]);
  });
});

describe('a call that is refused or not answered', () => {
  test('is tried again, with the same session and another number', () => {
    const { sent, until, answer } = play();
    answer(0, refused('overloaded'));
    until(10);
    expect(sent).toHaveLength(2);
    expect(sent[1]?.request.session).toEqual(session);
    expect(sent[1]?.request.id).not.toBe(sent[0]?.request.id);
  });

  test('follows a redirect at once', () => {
    const { sent, until, answer } = play({ via: node1 });
    const redirect = refused('not-leader');
    if (redirect.kind !== 'refused') return;
    answer(0, { ...redirect, refusal: { ...redirect.refusal, leader: node3 } });
    until(1);
    expect(sent.map(({ node }) => node)).toEqual(['node1', 'node3']);
  });

  test('is unknown when nobody answers a write, and failed when nobody answers a read', () => {
    const write = play();
    write.until(200);
    expect(write.endings).toEqual([{ kind: 'unknown' }]);
    const read = play({ operation: { kind: 'get', key: 'c1' }, session: null });
    read.until(200);
    expect(read.endings).toEqual([{ kind: 'failed', reason: 'no-answer' }]);
  });

  test('is failed only when every attempt was refused without effect', () => {
    const certain = play({ retries: 1 });
    let answered = 0;
    for (let now = 1; !certain.call.ended; now++) {
      if (answered < certain.sent.length) certain.answer(answered++, refused('unavailable'));
      certain.until(now);
    }
    expect(certain.endings).toEqual([{ kind: 'failed', reason: 'no-answer' }]);
    const uncertain = play({ retries: 1 });
    uncertain.until(21);
    uncertain.answer(1, refused('invalid'));
    expect(uncertain.endings).toEqual([{ kind: 'unknown' }]);
  });

  test('a late refusal of an earlier attempt makes it certain again', () => {
    const { endings, until, answer } = play({ retries: 1 });
    until(21);
    answer(0, refused('not-leader'));
    answer(1, refused('invalid'));
    expect(endings).toEqual([{ kind: 'failed', reason: 'invalid' }]);
  });

  test('a write at `one` is never sent twice, and unknown without an answer', () => {
    const { sent, endings, until } = play({ consistency: 'one' });
    until(200);
    expect(sent).toHaveLength(1);
    expect(endings).toEqual([{ kind: 'unknown' }]);
  });
});
