// Seeds nobody chose: drawn fresh, told to the user, so that whatever follows can be repeated.

import { randomInt } from 'node:crypto';

/** Small enough that a thousand more can be counted up from it. */
export function freshSeed(): number {
  return randomInt(2 ** 32);
}
