// Free blocks of ports for clusters that live for one program. Random, so that programs that run at
// the same time seldom meet; checked, so that they then notice.

import { busyPorts } from '../src/cluster/ports.ts';

const [lowest, highest] = [20_000, 30_000];

/** The first port of a free block below the range that the system gives to outgoing connections. */
export async function freeBlock(size: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = lowest + Math.floor(Math.random() * (highest - lowest - size));
    const ports = Array.from({ length: size }, (_, offset) => first + offset);
    if ((await busyPorts(ports)).length === 0) return first;
  }
  throw new Error(`found no ${size} free ports in a row between ${lowest} and ${highest}`);
}
