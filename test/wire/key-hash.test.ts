// Where keys live: the published vectors of MurmurHash3_x86_32, and a plain twin written from its
// definition for keys of every length and alphabet (TRAPS 24).

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupOfKey, hashText } from '../../src/wire/key-hash.ts';

/** MurmurHash3_x86_32 (Appleby, r136) with seed 0 over bytes, one line a line of the definition. */
function murmurOf(bytes: Uint8Array): number {
  const rotated = (x: number, by: number) => (x << by) | (x >>> (32 - by));
  const scrambled = (k: number) => Math.imul(rotated(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);
  const at = (i: number) => bytes[i] ?? 0;
  const whole = bytes.length - (bytes.length % 4);
  let hash = 0;
  for (let i = 0; i < whole; i += 4) {
    const block = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    hash = (Math.imul(rotated(hash ^ scrambled(block), 13), 5) + 0xe6546b64) | 0;
  }
  hash ^= scrambled(at(whole) | (at(whole + 1) << 8) | (at(whole + 2) << 16));
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

describe('the hash of keys', () => {
  test.each([
    ['', 0],
    ['a', 0x3c2569b2],
    ['abc', 0xb3dd93fa],
    ['hello', 0x248bfa47],
    ['hello, world', 0x149bbb7f],
    ['Hello world', 2911983372],
    ['19 Jan 2038 at 3:14:07 AM', 0xe31e8a70],
    ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
    ['The quick brown fox jumps over the lazy dog.', 0xd5c48bfc],
  ])('equals the published vector for %j', (text, hash) => {
    expect(hashText(text)).toBe(hash);
  });

  test('is over UTF-8 bytes, whatever the alphabet', () => {
    const key = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
    fc.assert(
      fc.property(key, (text) => hashText(text) === murmurOf(new TextEncoder().encode(text))),
      { numRuns: 300 },
    );
  });

  test('tells apart keys whose code units agree in their low bytes', () => {
    expect(hashText('\u0141')).not.toBe(hashText('A'));
    expect(hashText('鍵1')).not.toBe(hashText('鍵2'));
    expect(hashText('ключ')).toBe(murmurOf(new TextEncoder().encode('ключ')));
  });
});

describe('the group of a key', () => {
  test('is 1 + hash modulo partitions, never the control group', () => {
    expect(groupOfKey('hello', 64)).toBe(1 + (0x248bfa47 % 64));
    expect(groupOfKey('', 64)).toBe(1);
    expect(groupOfKey('anything', 1)).toBe(1);
  });

  test('spreads keys over all partitions', () => {
    const counts = new Array<number>(65).fill(0);
    for (let i = 0; i < 64_000; i++) {
      const group = groupOfKey(`user:${i}`, 64);
      counts[group] = (counts[group] ?? 0) + 1;
    }
    expect(counts[0]).toBe(0);
    expect(Math.min(...counts.slice(1))).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });
});
