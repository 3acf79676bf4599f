// Who may come in: by key when it connects, by name and key mark with every frame.

import { describe, expect, test } from 'vitest';
import { nodeId, storageId } from '../../../src/core/model/ids.ts';
import type { Member } from '../../../src/core/model/member.ts';
import { Admission } from '../../../src/runtime/transport/admission.ts';
import { keyMarkOf, routingIdOf, speakerOf } from '../../../src/runtime/transport/routing-id.ts';

const node1 = nodeId('node-1.a_b');
const member = (publicKey: string): Member => ({
  node: node1,
  storageId: storageId('s'),
  addresses: { peer: '', client: '', bulk: '' },
  publicKey,
  zone: '',
});
const idUnder = (publicKey: string): string =>
  routingIdOf({ node: node1, publicKey, instance: '1a2b3c4d' });

describe('a routing id', () => {
  test('says name and key, whatever letters they have', () => {
    expect(speakerOf(idUnder('a/-key'))).toEqual({ node: node1, keyMark: keyMarkOf('a/-key') });
    expect(keyMarkOf('a/-key')).not.toBe(keyMarkOf('a/-kez'));
  });

  test('of the first builds says the name alone', () => {
    expect(speakerOf('node-1.a_b/1a2b3c4d')).toEqual({ node: node1, keyMark: null });
  });

  test.each(['', 'node1', '/x', 'a/b/c', 'node1/', 'node1/zz-1', '\u0000\u0001'])(
    'is none: %j',
    (text) => expect(speakerOf(text)).toBeNull(),
  );
});

describe('admission', () => {
  test('is for the keys that the members have now, and for clients', () => {
    const admission = new Admission('client');
    const { peerKeys, clientKeys } = admission;
    expect([...clientKeys, ...peerKeys]).toEqual([]);
    admission.setMembers([member('old')]);
    expect([[...peerKeys], [...clientKeys]]).toEqual([['old'], ['old', 'client']]);
    expect([admission.admits(idUnder('old')), admission.admits(idUnder('new'))]).toEqual([
      true,
      false,
    ]);
    admission.setMembers([member('new')]);
    expect([[...peerKeys], [...clientKeys]]).toEqual([['new'], ['new', 'client']]);
    expect([admission.admits(idUnder('old')), admission.admits(idUnder('new'))]).toEqual([
      false,
      true,
    ]);
    admission.setMembers([]);
    expect(admission.admits(idUnder('new'))).toBe(false);
  });

  test('takes the first builds at their name, and nobody without one', () => {
    const admission = new Admission('client');
    admission.setMembers([member('key')]);
    expect(admission.admits('node-1.a_b/1a2b3c4d')).toBe(true);
    expect(admission.admits('node2/1a2b3c4d')).toBe(false);
    expect(admission.admits('')).toBe(false);
  });
});
