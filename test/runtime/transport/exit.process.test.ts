// A transport in a process of its own: once it is closed, nothing of it keeps the process alive.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { freeAddresses } from './free-addresses.ts';

const transport = new URL('../../../dist/src/runtime/transport/transport.js', import.meta.url).href;

test('after close() the process ends by itself, although a peer was never there', async () => {
  const addresses = await freeAddresses(6);
  const members = ['node1', 'node2'].map((node, i) => {
    const [peer, client, bulk] = addresses.slice(3 * i);
    return {
      node,
      storageId: node,
      addresses: { peer, client, bulk },
      zone: '',
      ...curveKeyPair(),
    };
  });
  const program = `
    import { openZeroMqTransport } from ${JSON.stringify(transport)};
    const members = ${JSON.stringify(members)};
    const { publicKey, secretKey } = members[0];
    const keys = { publicKey, secretKey, clientPublicKey: publicKey };
    const opened = openZeroMqTransport({ self: 'node1', members, ...keys });
    await opened.start({ onDrop: (reason) => console.log(reason) });
    opened.sendToPeer({ peer: 'node2', lane: 'raft', frame: new Uint8Array(1) });
    await opened.close();
    console.log('closed');`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 10_000 });
  expect(stdout.split('\n')).toEqual(['not-connected', 'closed', '']);
});
