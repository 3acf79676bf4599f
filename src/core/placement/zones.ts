// What fails together: a zone is a rack, a room, a host. Copies of one thing belong into different
// ones. A member without a label shares its fate with nobody: it is a zone of its own.

import type { RingMember } from './ring.ts';

/** Equal for members that fail together. */
export function zoneOf({ node, zone }: RingMember): string {
  return zone === '' ? `/${node}` : `=${zone}`;
}

/** How many of the members are in the zone. */
export function crowdOf(zone: string, members: readonly RingMember[]): number {
  return members.filter((member) => zoneOf(member) === zone).length;
}
