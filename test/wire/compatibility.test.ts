// What builds of before wrote is still read, with the defaults of their time: rows, records and
// messages that end earlier than those of today.

import { describe, expect, test } from 'vitest';
import { decodeEntry } from '../../src/wire/entry.ts';
import { decodePeerFrame } from '../../src/wire/frame.ts';
import { pack } from '../../src/wire/msgpack.ts';
import { commandKinds, payloadKinds, peerKinds, rowKinds } from '../../src/wire/numbers.ts';
import { decodeRow } from '../../src/wire/state-row.ts';
import { cluster, peerFrameOf } from './samples.ts';

const storage = '11111111-2222-4333-8444-555555555555';
const key = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7';
const [peer, client, bulk] = ['tcp://127.0.0.1:1', 'tcp://127.0.0.1:2', 'tcp://127.0.0.1:3'];
const hlc = [5, 0];

describe('the first builds', () => {
  test('wrote a control row without departures, removed members and levels', () => {
    const members = [['node1', storage, peer, client, bulk, key, '']];
    const started = [['node1', 3]];
    const settings = [3, 64, 1];
    const bytes = pack([rowKinds.control, members, started, settings, 7, [['node1'], ['node1']]]);
    expect(decodeRow(bytes)).toMatchObject({
      kind: 'control',
      members: [{ node: 'node1', storageId: storage }],
      incarnations: [{ node: 'node1', incarnation: 3, featureLevel: 1 }],
      settings: { replicationFactor: 3, partitions: 64, deadNodeTimeoutMs: 600_000 },
      epoch: 7,
      departures: [],
      removed: [],
      featureLevel: 1,
    });
  });

  test('wrote a machine row of which nobody had departed', () => {
    const bytes = pack([rowKinds.machine, hlc, [], [['node2', 1, 9]], hlc, 4, 5]);
    expect(decodeRow(bytes)).toMatchObject({ nextOrder: 4, nextConflict: 5, departed: [] });
  });

  test('logged the start of a member without its level', () => {
    const command = [commandKinds['member-started'], 'node1', storage, 3];
    const entry = decodeEntry(pack([1, 1, 0, payloadKinds.command, command]));
    expect(entry.payload).toEqual({
      kind: 'command',
      command: {
        kind: 'member-started',
        node: 'node1',
        storageId: storage,
        incarnation: 3,
        featureLevel: 1,
      },
    });
  });

  test('logged a departure without the directory that is meant', () => {
    const command = [commandKinds['member-departing'], 'node1', 1, true];
    const { payload } = decodeEntry(pack([1, 1, 0, payloadKinds.command, command]));
    expect(payload).toEqual({
      kind: 'command',
      command: { kind: 'member-departing', node: 'node1', how: expect.any(String), force: true },
    });
  });

  test('announce a start without their level', () => {
    const frame = peerFrameOf([[peerKinds['announce-start'], 3, storage]]);
    expect(decodePeerFrame(frame, { clusterId: cluster })).toMatchObject({
      messages: [{ kind: 'announce-start', incarnation: 3, storageId: storage, featureLevel: 1 }],
    });
  });
});
