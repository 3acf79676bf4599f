// The address book of a node: whom it believes, and what it tells on.

import { describe, expect, it } from 'vitest';
import { logIndex, nodeId } from '../../../src/core/model/ids.ts';
import type { Member } from '../../../src/core/model/member.ts';
import { AddressBook } from '../../../src/core/node/address-book.ts';
import { memberOf } from './world.ts';

const [node1, node2, node3] = [nodeId('node1'), nodeId('node2'), nodeId('node3')];
const first = [memberOf(node1, 'one'), memberOf(node2, 'two')];

function bookOf(members: readonly Member[] = first): AddressBook {
  return new AddressBook({ self: node1, members });
}

function news(index: number, members: readonly Member[], removed: readonly Member[] = []) {
  return { kind: 'address-book', index: logIndex(index), members, removed } as const;
}

describe('an address book', () => {
  it('begins with what the host knows, which is no news', () => {
    const book = bookOf();
    expect(book.peers).toEqual([node2]);
    expect(book.take()).toBeNull();
  });

  it('believes whoever has heard more of the control group, and nobody who has heard less', () => {
    const book = bookOf();
    const third = [...first, memberOf(node3, 'three')];
    book.onNews(news(9, third));
    expect(book.peers).toEqual([node2, node3]);
    expect(book.take()?.members).toEqual(third);
    book.onNews(news(8, first));
    expect(book.peers).toEqual([node2, node3]);
    expect(book.take()).toBeNull();
  });

  it('keeps whom only the host knows: a replica that is behind has not heard of them yet', () => {
    const third = memberOf(node3, 'three');
    const book = bookOf([...first, third]);
    book.onNews(news(5, first));
    expect(book.peers).toEqual([node2, node3]);
    book.onNews(news(7, first, [third]));
    expect(book.peers).toEqual([node2]);
    expect(book.take()).toEqual({ members: first, removed: [third] });
  });

  it('names those who have another disk now', () => {
    const book = bookOf();
    expect(book.onNews(news(3, [first[0] as Member, memberOf(node2, 'another')]))).toEqual([node2]);
    expect(book.onNews(news(4, [first[0] as Member, memberOf(node2, 'another')]))).toEqual([]);
  });

  it('is told on with the index that it is of', () => {
    const book = bookOf();
    book.onNews(news(6, first));
    expect(book.news).toEqual(news(6, first));
  });
});
