// The block of ports of a cluster: place i (from 1) has base+3(i-1) and the two after it. At birth
// node i has place i; later nodes take free places of the block, and beyond it a block of their own,
// so the ports of a member are those of its addresses. Checked before anything starts; a busy port is
// told with the process that has it.

import { createServer } from 'node:net';
import type { Addresses } from '../core/model/member.ts';
import { DsysError } from '../errors.ts';
import { isNodeCommand } from './node-process.ts';
import { portOccupant } from './port-occupant.ts';

/** Default first port; the block of a cluster of up to ten nodes is 30 ports. */
export const defaultBasePort = 7400;
const portsPerNode = 3;
const blockPortsMin = 30;
const nodesPerBlock = blockPortsMin / portsPerNode;

export interface PortBlock {
  readonly basePort: number;
  readonly nodes: number;
}

export interface NodePorts {
  readonly peer: number;
  readonly client: number;
  readonly bulk: number;
}

/** Ports of the node with this number, from 1. */
export function nodePorts(basePort: number, number: number): NodePorts {
  const peer = basePort + portsPerNode * (number - 1);
  return { peer, client: peer + 1, bulk: peer + 2 };
}

/** The three ports of a member, by its addresses. */
export function portsOfAddresses({ peer, client, bulk }: Addresses): number[] {
  return [peer, client, bulk].map((address) => Number(/:(\d+)$/.exec(address)?.[1] ?? 0));
}

/** Every place of every block that these ports touch, the spare ones too. */
export function blocksOf(basePort: number, ports: readonly number[]): PortBlock[] {
  const outside = ports.filter((port) => port < basePort || port >= basePort + blockPortsMin);
  const others = [...outside].sort((a, b) => a - b);
  const blocks: PortBlock[] = [{ basePort, nodes: nodesPerBlock }];
  for (const port of others) {
    const last = blocks.at(-1);
    if (last === undefined || port < last.basePort || port >= last.basePort + blockPortsMin)
      blocks.push({ basePort: port, nodes: nodesPerBlock });
  }
  return blocks;
}

/** First port of the first free place of the block; null when it is full. `taken` by members. */
export async function freePlace(
  basePort: number,
  taken: readonly number[],
): Promise<number | null> {
  for (let number = 1; number <= nodesPerBlock; number++) {
    const { peer, client, bulk } = nodePorts(basePort, number);
    const ports = [peer, client, bulk];
    if (ports.some((port) => taken.includes(port))) continue;
    if ((await busyPorts(ports)).length === 0) return peer;
  }
  return null;
}

/** How many ports a cluster of this size keeps for itself. */
export function blockSize(nodes: number): number {
  return Math.max(blockPortsMin, portsPerNode * nodes);
}

/** True when the two blocks share a port. */
export function blocksOverlap(a: PortBlock, b: PortBlock): boolean {
  return (
    a.basePort < b.basePort + blockSize(b.nodes) && b.basePort < a.basePort + blockSize(a.nodes)
  );
}

/** Every port of the block, the spare ones for later nodes too. */
export function blockPorts(basePort: number, nodes: number): number[] {
  return Array.from({ length: blockSize(nodes) }, (_, offset) => basePort + offset);
}

/** Those of `ports` on which somebody listens on the loopback interface. */
export async function busyPorts(ports: readonly number[]): Promise<number[]> {
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_, index) => free[index] !== true);
}

/**
 * The first block at or after the default that no cluster has. Blocks of other clusters are passed
 * over; another program in the way is told instead, because the user may want to know of it.
 */
export async function chooseBlock(nodes: number, taken: readonly PortBlock[]): Promise<number> {
  const step = blockSize(nodes);
  for (let basePort = defaultBasePort; basePort + step < 65_536; basePort += step) {
    if (taken.some((other) => blocksOverlap({ basePort, nodes }, other))) continue;
    const [busy] = await busyPorts(blockPorts(basePort, nodes));
    if (busy === undefined) return basePort;
    const occupant = await portOccupant(busy);
    if (occupant === null || !isNodeCommand(occupant.command)) await assertPortsFree([busy]);
  }
  throw new DsysError({
    code: 'port-busy',
    message: `no free block of ${step} ports at or above ${defaultBasePort}`,
    hint: 'remove clusters (dsys ls, dsys rm NAME), or choose: dsys up --base-port 20000',
  });
}

/** Rejects with `port-busy`, naming pid and command of whoever listens. */
export async function assertPortsFree(ports: readonly number[]): Promise<void> {
  const [port] = await busyPorts(ports);
  if (port === undefined) return;
  const occupant = await portOccupant(port);
  const who = occupant === null ? 'another process' : `pid ${occupant.pid} (${occupant.command})`;
  throw new DsysError({
    code: 'port-busy',
    message: `port ${port} is needed, but ${who} listens on it`,
    hint:
      occupant === null
        ? 'stop it, or choose another block: --base-port N'
        : `stop it (kill ${occupant.pid}), or choose another block: --base-port N`,
    details: { port, pid: occupant?.pid ?? null, command: occupant?.command ?? null },
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
