// UTF-8 length without an encoder, against the platform's encoder.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8Length } from '../../../src/core/model/utf8.ts';

const encoded = (text: string) => new TextEncoder().encode(text).length;

describe('utf8Length', () => {
  test.each([
    ['', 0],
    ['plain', 5],
    ['é', 2],
    ['€', 3],
    ['😀', 4],
    ['\ud83d', 3],
    ['\ude00', 3],
    ['\ude00\ud83d', 6],
    ['\ud83dx', 4],
    ['\ud83d😀', 7],
  ])('%j has %i bytes', (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
    expect(encoded(text)).toBe(bytes);
  });

  test('agrees with the encoder on any text, lone surrogates included', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }));
    const surrogates = fc.array(fc.integer({ min: 0xd7fe, max: 0xe001 }));
    fc.assert(
      fc.property(fc.oneof(units, surrogates), (codes) => {
        const text = String.fromCharCode(...codes);
        expect(utf8Length(text)).toBe(encoded(text));
      }),
    );
  });
});
