// What fails together: a zone is a rack, a room, a host. Copies of one thing belong into different
// ones. A member without a label shares its fate with nobody.

import type { RingMember } from './ring.ts';

/** True of one and the same member too. */
export function failTogether(one: RingMember, other: RingMember): boolean {
  return one.node === other.node || (one.zone !== '' && one.zone === other.zone);
}

/** How many of `members` are in the zone of this one, itself included if it is among them. */
export function crowdAround(member: RingMember, members: readonly RingMember[]): number {
  return members.reduce((crowd, each) => (failTogether(member, each) ? crowd + 1 : crowd), 0);
}
