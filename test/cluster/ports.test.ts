// Ports: blocks, and who is in the way. Uses sockets that the system chose.

import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listeningInodes, portOccupant } from '../../src/cluster/port-occupant.ts';
import {
  assertPortsFree,
  blockPorts,
  blockSize,
  blocksOverlap,
  busyPorts,
  nodePorts,
} from '../../src/cluster/ports.ts';

let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
});

describe('a block', () => {
  it('has 30 ports, or three a node when that is more', () => {
    expect(blockSize(3)).toBe(30);
    expect(blockSize(11)).toBe(33);
    expect(blockPorts(7400, 3)).toHaveLength(30);
  });

  it('gives each node three ports of its own', () => {
    expect(nodePorts(7400, 1)).toEqual({ peer: 7400, client: 7401, bulk: 7402 });
    expect(nodePorts(7400, 3)).toEqual({ peer: 7406, client: 7407, bulk: 7408 });
  });

  it('overlaps its neighbours only when it shares a port with them', () => {
    const block = (basePort: number) => ({ basePort, nodes: 3 });
    expect(blocksOverlap(block(7400), block(7430))).toBe(false);
    expect(blocksOverlap(block(7400), block(7429))).toBe(true);
    expect(blocksOverlap(block(7429), block(7400))).toBe(true);
  });
});

describe('a busy port', () => {
  it('is found, with the process and its command', async () => {
    expect(await busyPorts([port])).toEqual([port]);
    const occupant = await portOccupant(port);
    expect(occupant?.pid).toBe(process.pid);
    expect(occupant?.command).not.toBe('');
  });

  it('is told as port-busy with pid, command and what to do', async () => {
    const failure = await assertPortsFree([port]).catch((cause: unknown) => cause);
    expect(failure).toMatchObject({
      code: 'port-busy',
      exitCode: 5,
      details: { port, pid: process.pid },
    });
    expect(String(failure)).toContain(`pid ${process.pid}`);
  });

  it('is free again when nobody listens', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await busyPorts([port])).toEqual([]);
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
});

describe('/proc/net/tcp', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1CE8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 4242 1 0 100',
    '   1: 0100007F:1CE8 0100007F:9999 01 00000000:00000000 00:00000000 00000000  0 0 4243 1 0 100',
  ].join('\n');

  it('gives the inode of the listening socket only', () => {
    expect(listeningInodes(table, 7400)).toEqual(['4242']);
    expect(listeningInodes(table, 7401)).toEqual([]);
  });
});
