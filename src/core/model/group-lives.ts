// Which life of a group the records of a log are in. A log says `group-dropped` when a life ends,
// and again at the head of each later segment: only the first of these begins anything.

import type { GroupId } from './ids.ts';
import type { GroupDrop } from './records.ts';

export class GroupLives {
  readonly #drops = new Map<GroupId, GroupDrop>();

  /** True: everything of the group before this is of an earlier life. False: it was known. */
  begin(drop: GroupDrop): boolean {
    if (drop.life <= this.of(drop.group)) return false;
    this.#drops.set(drop.group, drop);
    return true;
  }

  /** How often the group was dropped. */
  of(group: GroupId): number {
    return this.#drops.get(group)?.life ?? 0;
  }

  /** The last drop of each group that had one. */
  get drops(): readonly GroupDrop[] {
    return [...this.#drops.values()];
  }
}
