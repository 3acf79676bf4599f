// TARGET: which nodes a command means. `node2`, `2`, `node1,node3`, a role (`leader`, `followers`)
// or a quantity (`one`, `minority`, `majority`, `all`, `random`). Pure: what is drawn follows from
// the facts and the seed.

import { majority } from '../core/model/quorum.ts';
import { type Random, seededRandom } from '../core/model/random.ts';
import { DsysError } from '../errors.ts';
import { didYouMean } from './did-you-mean.ts';

export interface TargetFacts {
  /** Every node of the cluster, in order. */
  readonly nodes: readonly string[];
  /** Those that the command can act on: quantities are drawn from them. */
  readonly candidates: readonly string[];
  /** Leader of the control group, when there is one. */
  readonly leader: string | null;
}

export interface Drawn {
  /** In the cluster's order, without repetition. */
  readonly nodes: readonly string[];
  /** Named one by one, not by role or quantity. */
  readonly named: boolean;
  /** Present when chance decided. */
  readonly seed: string | null;
}

const quantities = ['one', 'minority', 'majority', 'all', 'random'] as const;
type Quantity = (typeof quantities)[number];
const roles = ['leader', 'followers'] as const;
type Role = (typeof roles)[number];

/** True when the word means nodes by role or quantity: no node may have it as its name. */
export function isTargetWord(word: string): boolean {
  return isRole(word) || isQuantity(word);
}

/** True when the words cannot be understood without asking the cluster who leads. */
export function needsLeader(words: readonly string[]): boolean {
  return split(words).some((word) => (roles as readonly string[]).includes(word));
}

/** Nodes that the words mean. Rejects unknown words with `node-not-found`. */
export function drawTargets(words: readonly string[], facts: TargetFacts, seed: string): Drawn {
  const random = seededRandom(`target/${seed}`);
  const parts = split(words).map((word) => resolveWord(word, facts, random));
  if (parts.length === 0) throw noTarget(facts.nodes);
  const chosen = new Set(parts.flatMap((part) => part.nodes));
  return {
    nodes: facts.nodes.filter((node) => chosen.has(node)),
    named: parts.every((part) => part.named),
    seed: parts.some((part) => part.chance) ? seed : null,
  };
}

/** `node2` for `2` and `node2`; null when the cluster has no such node. */
export function nodeNamed(word: string, nodes: readonly string[]): string | null {
  const name = /^\d+$/.test(word) ? `node${Number(word)}` : word;
  return nodes.includes(name) ? name : null;
}

/** The node that the user named; rejects with `node-not-found` and what was probably meant. */
export function expectNode(word: string, nodes: readonly string[]): string {
  const name = nodeNamed(word, nodes);
  if (name === null) throw nodeNotFound(word, nodes, nodes);
  return name;
}

interface Part {
  readonly nodes: readonly string[];
  readonly named: boolean;
  readonly chance: boolean;
}

function resolveWord(word: string, facts: TargetFacts, random: Random): Part {
  const name = nodeNamed(word, facts.nodes);
  if (name !== null) return { nodes: [name], named: true, chance: false };
  if (isRole(word)) return { nodes: nodesOfRole(word, facts), named: false, chance: false };
  if (isQuantity(word)) {
    const nodes = drawQuantity(word, facts, random);
    return { nodes, named: false, chance: word !== 'all' };
  }
  throw nodeNotFound(word, facts.nodes, [...facts.nodes, ...roles, ...quantities]);
}

function nodesOfRole(role: Role, facts: TargetFacts): readonly string[] {
  if (facts.leader === null) {
    throw new DsysError({
      code: 'unavailable',
      message: `the cluster has no leader now, so "${role}" means no node`,
      hint: 'wait for one: dsys wait --for leader',
    });
  }
  if (role === 'leader') return [facts.leader];
  return facts.candidates.filter((node) => node !== facts.leader);
}

function drawQuantity(quantity: Quantity, facts: TargetFacts, random: Random): readonly string[] {
  const { candidates } = facts;
  if (quantity === 'all') return candidates;
  const count = quantityCount(quantity, facts, random);
  return shuffled(candidates, random.stream(quantity)).slice(0, count);
}

function quantityCount(
  quantity: Exclude<Quantity, 'all'>,
  facts: TargetFacts,
  random: Random,
): number {
  const size = facts.nodes.length;
  if (quantity === 'one') return 1;
  if (quantity === 'majority') return majority(size);
  if (quantity === 'random') return random.between(1, Math.max(1, facts.candidates.length));
  const minority = size - majority(size);
  if (minority > 0) return minority;
  throw new DsysError({
    code: 'invalid-argument',
    message: `a cluster of ${size} has no minority: any node lost is a majority lost`,
    hint: 'name a node, or say "one"',
  });
}

/** Fisher and Yates. */
function shuffled(nodes: readonly string[], random: Random): string[] {
  const rest = [...nodes];
  const drawn: string[] = [];
  while (rest.length > 0) drawn.push(...rest.splice(random.below(rest.length), 1));
  return drawn;
}

function split(words: readonly string[]): string[] {
  return words.flatMap((word) => word.split(',')).filter((word) => word !== '');
}

function isRole(word: string): word is Role {
  return (roles as readonly string[]).includes(word);
}

function isQuantity(word: string): word is Quantity {
  return (quantities as readonly string[]).includes(word);
}

function noTarget(nodes: readonly string[]): DsysError {
  return new DsysError({
    code: 'usage',
    message: 'expected a TARGET, found an empty word',
    hint: `name nodes (${nodes.join(', ')}), a role (leader) or a quantity (minority)`,
  });
}

function nodeNotFound(
  word: string,
  nodes: readonly string[],
  candidates: readonly string[],
): DsysError {
  const similar = didYouMean(word, candidates);
  return new DsysError({
    code: 'node-not-found',
    message: `the cluster has no node "${word}"; it has ${nodes.join(', ')}`,
    hint: similar === null ? 'dsys status lists the nodes' : `did you mean ${similar}?`,
    details: { node: word, nodes },
  });
}
