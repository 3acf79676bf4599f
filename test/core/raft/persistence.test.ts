// What is durable, and what was overtaken on its way to the disk.

import { describe, expect, test } from 'vitest';
import { logIndex, term } from '../../../src/core/model/ids.ts';
import { Log } from '../../../src/core/raft/log.ts';
import { Outbox } from '../../../src/core/raft/outbox.ts';
import { Persistence } from '../../../src/core/raft/persistence.ts';
import { entry } from './cluster.ts';
import { append, appended, heartbeat, lastSent, sentOf, solo, soloLeader } from './script.ts';

const nothing = { index: 0, term: 0 };
const hardState = { term: term(1), votedFor: null };

function emptyLog(): { log: Log; persistence: Persistence } {
  const log = new Log({ index: logIndex(0), term: term(0) }, []);
  return { log, persistence: new Persistence(log) };
}

describe('Persistence', () => {
  test('hands out numbers from 1, and each change once', () => {
    const { log, persistence } = emptyLog();
    expect(persistence.take(hardState)).toBeNull();
    log.append([entry(1, 1)]);
    expect(persistence.take(hardState)).toMatchObject({ number: 1, hardState: null });
    expect(persistence.take(hardState)).toBeNull();
    persistence.hardStateChanged();
    expect(persistence.take(hardState)).toEqual({
      number: 2,
      snapshot: null,
      hardState,
      entries: [],
    });
  });

  test('a write that was overtaken by a cut proves nothing beyond the cut', () => {
    const { log, persistence } = emptyLog();
    log.append([entry(1, 1), entry(2, 1), entry(3, 1)]);
    persistence.take(hardState);
    log.truncateFrom(2);
    persistence.truncatedFrom(2);
    persistence.onPersisted(1);
    expect(persistence.persistedIndex).toBe(1);
  });

  test('the same entry cut and written again is not durable by its first write (A, B, A)', () => {
    const { log, persistence } = emptyLog();
    const write = (ofTerm: number) => {
      if (log.lastIndex === 1) {
        log.truncateFrom(1);
        persistence.truncatedFrom(1);
      }
      log.append([entry(1, ofTerm)]);
      persistence.take(hardState);
    };
    for (const ofTerm of [2, 3, 2]) write(ofTerm);
    persistence.onPersisted(1);
    expect(persistence.persistedIndex).toBe(0);
    persistence.onPersisted(2);
    expect(persistence.persistedIndex).toBe(0);
    persistence.onPersisted(3);
    expect(persistence.persistedIndex).toBe(1);
  });

  test('a cut takes back what was durable: the new entry is not', () => {
    const cluster = solo();
    cluster.inject('b', 'a', append(1, nothing, { entries: [entry(1, 1), entry(2, 1)] }));
    expect(cluster.view('a').persistedIndex).toBe(2);
    cluster.instantDisk = false;
    cluster.inject('c', 'a', append(2, { index: 1, term: 1 }, { entries: [entry(2, 2)] }));
    expect(cluster.view('a').persistedIndex).toBe(1);
    expect(sentOf(cluster, 'appended', 'c')).toEqual([]);
    cluster.confirmWrites('a');
    expect(lastSent(cluster, 'appended', 'c').index).toBe(2);
  });

  test('one write covers everything since the last one', () => {
    const cluster = solo();
    cluster.instantDisk = false;
    cluster.raft('a').step('b' as never, append(3, nothing, { entries: [entry(1, 3)] }));
    cluster
      .raft('a')
      .step('b' as never, append(3, { index: 1, term: 3 }, { entries: [entry(2, 3)] }));
    const output = cluster.raft('a').takeOutput();
    expect(output?.persist).toMatchObject({ number: 1, hardState: { term: 3, votedFor: null } });
    expect(output?.persist?.entries.map(({ index }) => index)).toEqual([1, 2]);
    expect(output?.messages).toEqual([]);
    cluster.raft('a').onPersisted(1);
    expect(cluster.raft('a').takeOutput()?.messages).toMatchObject([
      { to: 'b', message: { kind: 'appended', index: 2, success: true } },
    ]);
  });

  test('heartbeats are answered while entries are on their way to the disk, but not before the term is', () => {
    const cluster = solo();
    cluster.instantDisk = false;
    cluster.inject('b', 'a', heartbeat(1));
    expect(sentOf(cluster, 'heartbeat-ack')).toEqual([]);
    cluster.confirmWrites('a');
    expect(sentOf(cluster, 'heartbeat-ack')).toHaveLength(1);
    cluster.inject('b', 'a', append(1, nothing, { entries: [entry(1, 1)] }));
    cluster.inject('b', 'a', heartbeat(1));
    expect(sentOf(cluster, 'heartbeat-ack')).toHaveLength(2);
    expect(sentOf(cluster, 'appended')).toEqual([]);
  });

  test('a leader’s append leaves while its own write is under way', () => {
    const cluster = soloLeader();
    for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(1, 1));
    cluster.instantDisk = false;
    cluster.propose('a', 'x');
    expect(lastSent(cluster, 'append', 'b').entries).toHaveLength(1);
    expect(cluster.view('a').persistedIndex).toBe(1);
  });
});

describe('Outbox', () => {
  test('acknowledgements that wait for the same write melt into one; others stay', () => {
    const outbox = new Outbox();
    const to = 'b' as never;
    outbox.hold(1, { to, message: appended(1, 1) });
    outbox.hold(2, { to, message: appended(1, 2) });
    outbox.hold(2, { to, message: appended(1, 3) });
    outbox.hold(2, { to: 'c' as never, message: appended(1, 3) });
    outbox.release(1);
    expect(outbox.takeMessages()).toEqual([{ to, message: appended(1, 1) }]);
    outbox.release(2);
    expect(outbox.takeMessages()).toHaveLength(2);
  });
});
