// Edges that come from time: what one client did in turn, and what had returned before something
// else was called. Only as many edges as imply all the others.

import type { DependencyGraph } from './graph.ts';
import type { Transaction } from './transaction.ts';

/** Consecutive transactions of one client. */
export function addProcessOrder(
  graph: DependencyGraph,
  transactions: readonly Transaction[],
): void {
  const latest = new Map<string, Transaction>();
  for (const each of transactions) {
    const { client } = each.operation;
    if (client === null) continue;
    const before = latest.get(client);
    latest.set(client, each);
    if (before === undefined) continue;
    graph.add({
      from: before.node,
      to: each.node,
      kind: 'process',
      why: `client ${client} ran it next`,
    });
  }
}

export function addRealtimeOrder(
  graph: DependencyGraph,
  transactions: readonly Transaction[],
): void {
  for (const [before, after] of realtimePairs(transactions))
    graph.add({
      from: before.node,
      to: after.node,
      kind: 'realtime',
      why: 'it was called after that had returned',
    });
}

/** The transitive reduction of "returned before the other was called". */
export function realtimePairs(
  transactions: readonly Transaction[],
): readonly (readonly [Transaction, Transaction])[] {
  const moments = transactions.flatMap((transaction) => {
    const { call, return: end } = transaction.operation;
    const begin = { transaction, time: call, isEnd: false };
    return end === null ? [begin] : [begin, { transaction, time: end, isEnd: true }];
  });
  moments.sort((a, b) => a.time - b.time);
  const pairs: (readonly [Transaction, Transaction])[] = [];
  const before = new Map<Transaction, readonly Transaction[]>();
  const frontier = new Set<Transaction>();
  for (const { transaction, isEnd } of moments) {
    if (!isEnd) {
      before.set(transaction, [...frontier]);
      for (const each of frontier) pairs.push([each, transaction]);
      continue;
    }
    for (const each of before.get(transaction) ?? []) frontier.delete(each);
    frontier.add(transaction);
  }
  return pairs;
}
