// What a node builds on when it starts from a disk that a crash left between two writes.

import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import {
  clusterId,
  groupId,
  incarnation,
  logIndex,
  nodeId,
  storageId,
  term,
} from '../../../src/core/model/ids.ts';
import { GroupReplay } from '../../../src/core/model/log-replay.ts';
import type { RecoveredGroup } from '../../../src/core/model/records.ts';
import type { AppliedPoint } from '../../../src/core/model/state.ts';
import { itemsInHand } from '../../../src/core/model/stored-items.ts';
import { Node } from '../../../src/core/node.ts';
import { hashText } from '../../../src/wire/key-hash.ts';

const group = groupId(1);
const names = ['node1', 'node2', 'node3'].map(nodeId);
const [leader, self] = [nodeId('node1'), nodeId('node2')];

const entries = (first: number, last: number, inTerm: number): Entry[] =>
  Array.from({ length: last - first + 1 }, (_, i) => ({
    index: logIndex(first + i),
    term: term(inTerm),
    payload: { kind: 'noop' },
    size: 16,
  }));

const point: AppliedPoint = {
  index: logIndex(4),
  term: term(2),
  configuration: { voters: names, votersOutgoing: [], learners: [] },
};

function recoveredFrom(replay: GroupReplay): RecoveredGroup {
  const joined = replay.join(point);
  if (joined.kind === 'hole') throw new Error(joined.why);
  const items = itemsInHand([]);
  return { group, point, rows: [], items, ...joined, tentative: [] };
}

function nodeWith(found: RecoveredGroup): Node {
  const members = names.map((node) => ({
    node,
    storageId: storageId(node),
    addresses: { peer: '', client: '', bulk: '' },
    publicKey: '',
    zone: '',
  }));
  return new Node({
    self,
    storageId: storageId(self),
    incarnation: incarnation(2),
    bootstrap: {
      clusterId: clusterId('00000000-0000-4000-8000-000000000001'),
      members,
      featureLevel: 1,
      settings: {
        replicationFactor: 3,
        partitions: 1,
        resolver: 'lww',
        deadNodeTimeoutMs: 600_000,
      },
    },
    members,
    recovered: { groups: [found] },
    seed: 'recovery',
    hash: hashText,
    wallMs: 0,
    counters: () => ({}),
  });
}

/** Everything that the node wants durable in its group becomes so. */
function persistAll(node: Node, into: GroupReplay): void {
  for (let batch = node.takeReady().persist; batch; batch = node.takeReady().persist) {
    for (const record of batch.records) {
      if (record.group === group && record.kind !== 'group-dropped') into.apply(record);
    }
    node.step({ kind: 'persisted', number: batch.number });
  }
}

describe('a crash after a snapshot was installed and before the log knew of it', () => {
  it('costs no entry that is acknowledged after the restart, when the log held others', () => {
    const log = new GroupReplay();
    log.apply({ kind: 'entries', group, entries: entries(1, 6, 1) });
    const node = nodeWith(recoveredFrom(log));
    node.step({ kind: 'peer-up', peer: leader, incarnation: incarnation(1) });
    const append = {
      kind: 'append',
      term: term(3),
      prevIndex: point.index,
      prevTerm: point.term,
      entries: entries(5, 7, 3),
      commitIndex: logIndex(4),
    } as const;
    node.step({
      kind: 'message',
      from: leader,
      message: { kind: 'group', group, message: append },
    });
    persistAll(node, log);
    expect(node.replica(group)?.raft.view().persistedIndex).toBe(7);
    const { start, entries: left } = recoveredFrom(log);
    expect(start).toEqual({ index: 4, term: 2 });
    expect(left.map((entry) => `${entry.index}.${entry.term}`)).toEqual(['5.3', '6.3', '7.3']);
  });
});
