// Whom this node talks to: the members, as the control group has them at the greatest applied index
// that anyone told it of. Nodes that meet compare; so one that was cut off while members came and
// went knows whom to listen to before its own replica has caught up. It gives nobody a vote.

import type { AddressBook as Listed } from '../contract.ts';
import type { AddressBook as AddressBookNews } from '../messages.ts';
import type { ControlRow } from '../model/control-row.ts';
import type { LogIndex, NodeId } from '../model/ids.ts';
import { compareIds, logIndex } from '../model/ids.ts';
import type { Member } from '../model/member.ts';

export interface AddressBookOptions {
  readonly self: NodeId;
  /** What the host knew at the start, this node included. */
  readonly members: readonly Member[];
}

export class AddressBook {
  readonly #self: NodeId;
  readonly #known: readonly Member[];
  #index = logIndex(0);
  #members: readonly Member[];
  #removed: readonly Member[] = [];
  #isNew = false;

  constructor({ self, members }: AddressBookOptions) {
    this.#self = self;
    this.#known = members;
    this.#members = members;
  }

  /** Everyone else, sorted. */
  get peers(): readonly NodeId[] {
    return this.#members.map(({ node }) => node).filter((node) => node !== this.#self);
  }

  /** True: `take` has something. */
  get isNew(): boolean {
    return this.#isNew;
  }

  get news(): AddressBookNews {
    return {
      kind: 'address-book',
      index: this.#index,
      members: this.#members,
      removed: this.#removed,
    };
  }

  /** For the host: null when nothing changed since the last call. */
  take(): Listed | null {
    if (!this.#isNew) return null;
    this.#isNew = false;
    return { members: this.#members, removed: this.#removed };
  }

  /** As onNews, of this node's own replica. */
  onRow({ members, removed }: ControlRow, index: LogIndex): readonly NodeId[] {
    return this.#learn({ index, members, removed });
  }

  /** Returns the names under which there is a data directory that was not known before. */
  onNews(news: AddressBookNews): readonly NodeId[] {
    return this.#learn(news);
  }

  #learn(news: Omit<AddressBookNews, 'kind'>): readonly NodeId[] {
    if (news.index <= this.#index) return [];
    this.#index = news.index;
    const members = this.#withKnown(news);
    const { removed } = news;
    if (isSame(members, this.#members) && isSame(removed, this.#removed)) return [];
    const disks = newDisks(this.#members, members);
    this.#members = members;
    this.#removed = removed;
    this.#isNew = true;
    return disks;
  }

  /** The host may know of members that a replica which is behind does not. */
  #withKnown({ members, removed }: Omit<AddressBookNews, 'kind'>): readonly Member[] {
    const names = new Set(members.map(({ node }) => node));
    const gone = new Set(removed.map(({ storageId }) => storageId));
    const extra = this.#known.filter(
      ({ node, storageId }) => !names.has(node) && !gone.has(storageId),
    );
    return [...members, ...extra].sort((a, b) => compareIds(a.node, b.node));
  }
}

function isSame(some: readonly Member[], others: readonly Member[]): boolean {
  return some.length === others.length && some.every((member, i) => isEqual(member, others[i]));
}

function isEqual(one: Member, other: Member | undefined): boolean {
  return one.node === other?.node && one.storageId === other.storageId;
}

function newDisks(before: readonly Member[], after: readonly Member[]): readonly NodeId[] {
  const storages = new Map(before.map(({ node, storageId }) => [node, storageId]));
  return after.flatMap(({ node, storageId }) => (storages.get(node) === storageId ? [] : [node]));
}
