// Arithmetic of incarnation numbers (SWIM, section 4.2; core/model/ids.ts).

import type { Incarnation, MemberIncarnation } from '../model/ids.ts';
import { memberIncarnation } from '../model/ids.ts';

/** Refutations that one start has room for: one a second for twelve days. */
const refutationsMax = 2 ** 20;

export function incarnationAtStart(start: Incarnation): MemberIncarnation {
  return memberIncarnation(start * refutationsMax);
}

/** The smallest number that outranks `incarnation`. */
export function nextIncarnation(incarnation: MemberIncarnation): MemberIncarnation {
  return memberIncarnation(incarnation + 1);
}
