// Reads a fault that came from outside: a replay file, a scenario. Everything is checked here, so
// that whoever plays a fault can trust it. The errors name the field, what was expected, and what
// was found.

import type { NodeId } from '../core/model/ids.ts';
import { type Fault, type FaultKind, faultKinds } from './fault.ts';

/** Where a fault may strike. */
export interface Place {
  readonly members: readonly NodeId[];
}

/** The text is not a fault. */
export class MalformedFault extends Error {
  override readonly name = 'MalformedFault';

  constructor(field: string, expected: string, found: unknown) {
    super(`${field}: expected ${expected}, found ${JSON.stringify(found) ?? 'nothing'}`);
  }
}

/** As the settings of a cluster allow. */
const replicationFactorMax = 9;
const zoneCharsMax = 40;

type Check = (value: unknown, place: Place) => string | null;
type Fields = Readonly<Record<string, Check>>;

const whole =
  (min: number, max = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
      ? null
      : `a whole number from ${min}${max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : ''}`;
const share: Check = (value) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? null : 'a number from 0 to 1';
const orNull =
  (check: Check): Check =>
  (value, place) => {
    const expected = value === null ? null : check(value, place);
    return expected === null ? null : `null, or ${expected}`;
  };
const zone: Check = (value) =>
  typeof value === 'string' && value.length <= zoneCharsMax ? null : 'the name of a zone, or ""';
const flag: Check = (value) => (typeof value === 'boolean' ? null : 'true or false');
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string) ? null : words.join(' or ');
const member: Check = (value, { members }) =>
  members.includes(value as NodeId) ? null : `one of ${members.join(', ')}`;
const groups: Check = (value, { members }) => {
  const listed = Array.isArray(value) ? value : [];
  const nodes = listed.flatMap((group) =>
    Array.isArray(group) && group.length > 0 ? group : [null],
  );
  const known = nodes.every((node) => members.includes(node));
  const once = new Set(nodes).size === nodes.length;
  return listed.length > 0 && known && once ? null : 'groups of nodes, none empty, each node once';
};

const begins = { at: whole(0) };
const lasts = { ...begins, for: whole(1) };
const atNode = { node: member };
const onLink = { from: member, to: member };

const fieldsOf: Readonly<Record<FaultKind, Fields>> = {
  kill: { ...lasts, ...atNode },
  'power-cut': { ...lasts, ...atNode, tornBytes: whole(0), stateBatches: whole(0) },
  restart: { ...lasts, ...atNode },
  pause: { ...lasts, ...atNode },
  partition: { ...lasts, groups, oneWay: flag, breaks: flag },
  isolate: { ...lasts, ...atNode, breaks: flag },
  slow: { ...lasts, ...onLink, delay: whole(0), jitter: whole(0) },
  flaky: { ...lasts, ...onLink, share },
  dup: { ...lasts, ...onLink, share },
  reorder: { ...lasts, ...onLink, share, window: whole(1) },
  skew: { ...lasts, ...atNode, ms: whole(Number.MIN_SAFE_INTEGER) },
  'clock-jump': { ...begins, ...atNode, ms: whole(Number.MIN_SAFE_INTEGER) },
  'disk-slow': { ...lasts, ...atNode, delay: whole(0) },
  'disk-full': { ...lasts, ...atNode },
  'disk-failing': { ...lasts, ...atNode },
  'bit-flip': {
    ...lasts,
    ...atNode,
    where: oneOf('log', 'state'),
    block: whole(0),
    bit: whole(0),
  },
  wipe: { ...lasts, ...atNode },
  'foreign-frame': { ...begins, ...onLink, stranger: oneOf('cluster', 'storage') },
  'garbage-frame': { ...begins, ...onLink, content: oneOf('noise', 'flipped') },
  join: { ...begins, ...atNode, zone },
  leave: { ...begins, ...atNode, force: flag },
  replace: { ...begins, ...atNode },
  configure: {
    ...begins,
    replicationFactor: orNull(whole(1, replicationFactorMax)),
    deadNodeTimeoutMs: orNull(whole(1)),
  },
  revive: { ...begins, ...atNode },
};

/** Throws MalformedFault. Unknown fields are an error too: a typo must not be silent. */
export function readFault(value: unknown, place: Place): Fault {
  if (typeof value !== 'object' || value === null)
    throw new MalformedFault('fault', 'an object', value);
  const found = value as Readonly<Record<string, unknown>>;
  const kind = faultKinds.find((name) => name === found.kind);
  if (kind === undefined) throw new MalformedFault('kind', faultKinds.join(', '), found.kind);
  const fields = fieldsOf[kind];
  for (const [name, check] of Object.entries(fields)) {
    const expected = check(found[name], place);
    if (expected !== null) throw new MalformedFault(`${kind}.${name}`, expected, found[name]);
  }
  for (const name of Object.keys(found)) {
    if (name !== 'kind' && !(name in fields)) {
      throw new MalformedFault(`${kind}.${name}`, 'no such field', found[name]);
    }
  }
  if (found.from !== undefined && found.from === found.to) {
    throw new MalformedFault(`${kind}.to`, 'another node than from', found.to);
  }
  return found as unknown as Fault;
}
