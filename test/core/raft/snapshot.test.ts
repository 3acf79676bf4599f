// Snapshots streamed in chunks (Raft paper, section 7), with loss, repetition, resumption and
// crashes.

import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../../src/core/model/entry.ts';
import { logIndex, nodeId, term } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import type { StateRow } from '../../../src/core/model/state.ts';
import type { InstallSnapshot } from '../../../src/core/raft/messages.ts';
import { Cluster, voters } from './cluster.ts';
import { append, diskWithTerms, forget, heartbeat, lastSent, sentOf, solo } from './script.ts';

/** `a` leads and has compacted everything; `c` was away and has nothing of it. Seven chunks. */
function lagging(seed = 'snapshot'): Cluster {
  const cluster = new Cluster({ seed });
  cluster.elect('a');
  cluster.isolate('c');
  for (let i = 0; i < 14; i++) cluster.propose('a', `x${i}`);
  cluster.tick(3 * limits.heartbeatTicks);
  cluster.compact('a', cluster.view('a').appliedIndex);
  expect(cluster.view('a').start.index).toBe(15);
  forget(cluster);
  return cluster;
}

const texts = Array.from({ length: 14 }, (_, i) => `x${i}`);

const chunksSent = (cluster: Cluster) =>
  sentOf(cluster, 'install-snapshot', 'c').map(({ chunk }) => chunk);

describe('The leader', () => {
  test('sends a snapshot when the next entry of a follower is compacted, one chunk at a time (§7)', () => {
    const cluster = lagging();
    let inFlight = 0;
    cluster.filter = ({ message }) => {
      if (message.kind === 'install-snapshot') inFlight++;
      if (message.kind === 'snapshot-ack') inFlight--;
      expect(inFlight).toBeLessThanOrEqual(1);
      return true;
    };
    cluster.heal();
    cluster.tick(4 * limits.heartbeatTicks);
    expect(chunksSent(cluster)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(cluster.member('c').applied).toEqual(texts);
    cluster.propose('a', 'after');
    cluster.tick(2 * limits.heartbeatTicks);
    expect(cluster.member('c').applied).toEqual([...texts, 'after']);
  });

  test('sends a lost chunk again, and goes on from there', () => {
    const cluster = lagging();
    let lost = 0;
    cluster.filter = ({ message }) => {
      if (message.kind !== 'install-snapshot' || message.chunk !== 3 || lost === 2) return true;
      lost++;
      return false;
    };
    cluster.heal();
    cluster.tick(10 * limits.heartbeatTicks);
    expect(lost).toBe(2);
    expect(chunksSent(cluster)).toEqual([0, 1, 2, 3, 3, 3, 4, 5, 6]);
    expect(cluster.member('c').applied).toEqual(texts);
  });

  test('sends a chunk again when its acknowledgement was lost', () => {
    const cluster = lagging();
    let lost = 0;
    cluster.filter = ({ message }) => {
      if (message.kind !== 'snapshot-ack' || message.nextChunk !== 2 || lost === 1) return true;
      lost++;
      return false;
    };
    cluster.heal();
    cluster.tick(10 * limits.heartbeatTicks);
    expect(lost).toBe(1);
    expect(cluster.member('c').applied).toEqual(texts);
  });

  test('does not start a second stream when an acknowledgement comes twice', () => {
    const cluster = lagging();
    cluster.repetition = 0.7;
    cluster.heal();
    cluster.tick(6 * limits.heartbeatTicks);
    expect(chunksSent(cluster)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(cluster.member('c').applied).toEqual(texts);
  });

  test('resumes after a dead connection where the follower stands', () => {
    const cluster = lagging();
    cluster.heal();
    cluster.filter = ({ message }) => message.kind !== 'install-snapshot' || message.chunk < 4;
    cluster.tick(3 * limits.heartbeatTicks);
    cluster.filter = () => true;
    cluster.isolate('c');
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('c')));
    cluster.tick(3);
    cluster.heal();
    forget(cluster);
    cluster.on('a', (raft) => raft.onPeerUp(nodeId('c')));
    cluster.tick(6 * limits.heartbeatTicks);
    expect(chunksSent(cluster)).toEqual([0, 4, 5, 6]);
    expect(cluster.member('c').applied).toEqual(texts);
  });

  test('starts over when the follower lost what it had gathered', () => {
    const cluster = lagging();
    cluster.heal();
    cluster.filter = ({ message }) => message.kind !== 'install-snapshot' || message.chunk < 4;
    cluster.tick(3 * limits.heartbeatTicks);
    cluster.crash('c');
    cluster.restart('c');
    cluster.filter = () => true;
    cluster.tick(10 * limits.heartbeatTicks);
    expect(cluster.member('c').applied).toEqual(texts);
  });

  test('keeps the entries after a snapshot that is under way', () => {
    const cluster = lagging();
    cluster.heal();
    cluster.filter = ({ message }) => message.kind !== 'install-snapshot' || message.chunk < 4;
    cluster.tick(2 * limits.heartbeatTicks);
    cluster.propose('a', 'y', 'z');
    cluster.tick(2 * limits.heartbeatTicks);
    cluster.compact('a', cluster.view('a').appliedIndex);
    expect(cluster.view('a').start.index).toBe(15);
    cluster.filter = () => true;
    cluster.tick(10 * limits.heartbeatTicks);
    expect(cluster.member('c').applied).toEqual([...texts, 'y', 'z']);
    expect(cluster.sent.filter(({ message }) => message.kind === 'install-snapshot').length).toBe(
      chunksSent(cluster).length,
    );
  });

  test('sends nothing to a member that has not been heard lately', () => {
    const cluster = lagging();
    cluster.tick(4 * limits.electionTicksMax);
    forget(cluster);
    cluster.tick(4 * limits.electionTicksMax);
    expect(chunksSent(cluster)).toEqual([]);
  });

  test('a new leader takes over a transfer that the old one began', () => {
    const cluster = lagging();
    cluster.compact('b', cluster.view('b').appliedIndex);
    cluster.heal();
    cluster.filter = ({ message }) => message.kind !== 'install-snapshot' || message.chunk < 4;
    cluster.tick(3 * limits.heartbeatTicks);
    cluster.crash('a');
    cluster.filter = () => true;
    for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.onPeerDown(nodeId('a')));
    cluster.tickUntil(() => cluster.leaders().length === 1);
    cluster.tick(100);
    expect(cluster.member('c').applied).toEqual(texts);
  });
});

const row = (key: string): StateRow =>
  ({ kind: 'item', key, value: null, version: {}, dot: null }) as never;

function chunk(
  at: number,
  options: {
    readonly chunks?: number;
    readonly index?: number;
    readonly snapshotTerm?: number;
    readonly configuration?: Configuration;
  } = {},
): InstallSnapshot {
  return {
    kind: 'install-snapshot',
    term: term(5),
    index: logIndex(options.index ?? 9),
    snapshotTerm: term(options.snapshotTerm ?? 4),
    configuration: options.configuration ?? voters('a', 'b', 'c'),
    chunk: at,
    chunks: options.chunks ?? 3,
    rows: [row(`k${at}`)],
  };
}

describe('The follower', () => {
  test('replaces its log and state with the snapshot, and says so when it is durable (§7)', () => {
    const cluster = solo({ disk: diskWithTerms([1, 1, 2]) });
    cluster.instantDisk = false;
    for (const at of [0, 1]) {
      cluster.inject('b', 'a', chunk(at));
      cluster.confirmWrites('a');
      expect(lastSent(cluster, 'snapshot-ack', 'b').nextChunk).toBe(at + 1);
    }
    cluster.inject('b', 'a', chunk(2));
    expect(lastSent(cluster, 'snapshot-ack', 'b').nextChunk).toBe(2);
    const [write] = cluster.member('a').writes;
    expect(write?.snapshot).toMatchObject({ point: { index: 9, term: 4 } });
    expect(write?.snapshot?.chunks).toHaveLength(3);
    expect(cluster.view('a')).toMatchObject({ commitIndex: 9, appliedIndex: 9, lastIndex: 9 });
    cluster.inject('b', 'a', chunk(2));
    expect(lastSent(cluster, 'snapshot-ack', 'b').nextChunk).toBe(2);
    cluster.confirmWrites('a');
    expect(lastSent(cluster, 'snapshot-ack', 'b').nextChunk).toBe(3);
    expect(cluster.member('a').disk).toMatchObject({ start: { index: 9, term: 4 }, entries: [] });
  });

  test('is not said to be applied before it is durable: `all` would count on it', () => {
    const cluster = solo({ disk: diskWithTerms([1, 1, 2]) });
    cluster.instantDisk = false;
    cluster.inject('b', 'a', heartbeat(5));
    cluster.confirmWrites('a');
    for (const at of [0, 1, 2]) cluster.inject('b', 'a', chunk(at));
    cluster.inject('b', 'a', heartbeat(5));
    expect(lastSent(cluster, 'heartbeat-ack', 'b').appliedIndex).toBe(0);
    cluster.confirmWrites('a');
    cluster.inject('b', 'a', heartbeat(5));
    expect(lastSent(cluster, 'heartbeat-ack', 'b').appliedIndex).toBe(9);
  });

  test('a crash before the snapshot is durable leaves the old log and the old state (trap 20)', () => {
    const cluster = solo({ disk: diskWithTerms([1, 1, 2]) });
    cluster.instantDisk = false;
    for (const at of [0, 1, 2]) cluster.inject('b', 'a', chunk(at));
    cluster.crash('a');
    cluster.restart('a');
    expect(cluster.view('a')).toMatchObject({ lastIndex: 3, commitIndex: 0 });
  });

  test('takes entries after the snapshot before it is durable, in the same order on disk', () => {
    const cluster = solo();
    cluster.instantDisk = false;
    for (const at of [0, 1, 2]) cluster.inject('b', 'a', chunk(at));
    const prev = { index: 9, term: 4 };
    const { entries } = diskWithTerms([1, 1, 1, 1, 1, 1, 1, 1, 4, 5]);
    cluster.inject('b', 'a', append(5, prev, { entries: entries.slice(9), commit: 10 }));
    expect(cluster.member('a').appliedIndex).toBe(9);
    cluster.confirmWrites('a');
    expect(cluster.member('a').appliedIndex).toBe(10);
    expect(lastSent(cluster, 'appended', 'b')).toMatchObject({ success: true, index: 10 });
  });

  test('asks for the chunk that it needs when another comes', () => {
    const cluster = solo();
    cluster.inject('b', 'a', chunk(2));
    expect(lastSent(cluster, 'snapshot-ack', 'b').nextChunk).toBe(0);
    cluster.inject('b', 'a', chunk(0));
    cluster.inject('b', 'a', chunk(0));
    expect(lastSent(cluster, 'snapshot-ack', 'b').nextChunk).toBe(1);
    cluster.inject('b', 'a', chunk(1));
    cluster.inject('b', 'a', chunk(2));
    expect(cluster.view('a').commitIndex).toBe(9);
  });

  test('never mixes chunks of two snapshots', () => {
    const cluster = solo();
    cluster.inject('b', 'a', chunk(0));
    cluster.inject('b', 'a', chunk(1, { index: 12 }));
    expect(lastSent(cluster, 'snapshot-ack', 'b')).toMatchObject({ index: 12, nextChunk: 0 });
    cluster.inject('b', 'a', chunk(1));
    expect(lastSent(cluster, 'snapshot-ack', 'b')).toMatchObject({ index: 9, nextChunk: 0 });
  });

  test('If an existing log entry has the same index and term as the snapshot’s last included entry, retain the log entries following it (figure 13)', () => {
    const cluster = solo({ disk: diskWithTerms([1, 1, 2, 2]) });
    cluster.inject('b', 'a', chunk(0, { index: 3, snapshotTerm: 2 }));
    expect(lastSent(cluster, 'snapshot-ack', 'b').nextChunk).toBe(3);
    expect(cluster.view('a')).toMatchObject({ lastIndex: 4, commitIndex: 3 });
    expect(cluster.member('a').applied).toHaveLength(3);
  });

  test('an old snapshot changes nothing', () => {
    const cluster = solo({ disk: diskWithTerms([1, 1, 2, 2]) });
    cluster.inject('b', 'a', append(5, { index: 4, term: 2 }, { commit: 4 }));
    cluster.inject('b', 'a', chunk(0, { index: 2, snapshotTerm: 1 }));
    expect(lastSent(cluster, 'snapshot-ack', 'b').nextChunk).toBe(3);
    expect(cluster.view('a')).toMatchObject({ lastIndex: 4, commitIndex: 4 });
  });

  test('takes the configuration from the snapshot', () => {
    const cluster = solo();
    const configuration = voters('b', 'c', 'd');
    for (const at of [0, 1, 2]) cluster.inject('b', 'a', chunk(at, { configuration }));
    expect(cluster.view('a')).toMatchObject({ role: 'learner', configuration });
  });
});

describe('A whole window of appends', () => {
  test('that is lost and then compacted does not leave the follower behind for ever', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.filter = ({ to, message }) => to !== 'c' || message.kind !== 'append';
    for (let i = 0; i <= limits.appendsInFlightMax; i++) {
      cluster.propose('a', `x${i}`);
      cluster.settle();
    }
    const last = cluster.view('a').appliedIndex;
    cluster.compact('a', last);
    cluster.filter = () => true;
    cluster.tick(4 * limits.heartbeatTicks);
    expect(cluster.member('c').appliedIndex).toBe(last);
    expect(cluster.view('a').role).toBe('leader');
  });
});

describe('A lossy network', () => {
  test('a follower catches up by snapshot, whatever is lost, repeated or reordered', () => {
    for (let seed = 0; seed < 40; seed++) {
      const cluster = lagging(`lossy ${seed}`);
      cluster.heal();
      cluster.loss = 0.3;
      cluster.repetition = 0.2;
      for (let i = 0; i < 2000 && cluster.member('c').appliedIndex < 15; i++) {
        cluster.tick(1, false);
        cluster.deliverSome(20);
      }
      cluster.loss = 0;
      cluster.tick(200);
      expect(cluster.member('c').applied).toEqual(texts);
    }
  });
});
