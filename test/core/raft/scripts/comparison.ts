// Compares what etcd printed for a command with what our group did: `-` is only etcd's, `+` only
// ours. Messages, entries and printed lines must be the same; of roles and standings what etcd
// printed must hold here.

import type { Report, Standing } from './report.ts';
import type { Step } from './script.ts';

/** Standings that etcd printed and that must hold until it prints others. */
export type Known = Map<string, Standing>;

const keys = ['role', 'lead', 'term', 'vote', 'commit'] as const;

const sending = new Set([
  'process-ready',
  'process-append-thread',
  'process-apply-thread',
  'send-snapshot',
  'stabilize',
]);
const receiving = new Set(['deliver-msgs', 'stabilize']);

export interface Sides {
  readonly etcd: Report;
  readonly ours: Report;
}

export function compare(step: Step, sides: Sides): readonly string[] {
  const { etcd, ours } = sides;
  const differences: string[] = [];
  if (sending.has(step.command)) {
    differences.push(...byMessage('', etcd.sent, ours.sent));
    differences.push(...byMember('writes', etcd.persisted, ours.persisted));
    differences.push(...byMember('commits', etcd.committed, ours.committed));
  }
  if (receiving.has(step.command)) {
    differences.push(...byMessage('receives ', etcd.received, ours.received));
    differences.push(...byMessage('drops ', etcd.dropped, ours.dropped));
  }
  for (const role of etcd.became) if (!ours.became.has(role)) differences.push(`- becomes ${role}`);
  for (const member of etcd.unsure) {
    if (!ours.unsure.has(member)) differences.push(`- ${member} is not durable`);
  }
  differences.push(...byCount('switches ', [...etcd.switched], [...ours.switched]));
  differences.push(...byLine(etcd.lines.map(withoutInactive), ours.lines));
  return differences;
}

/**
 * Each Ready of etcd's is one of ours, in the same order; ours may have more. `known` is carried
 * along.
 */
export function compareReadies(known: Known, { etcd, ours }: Sides): readonly string[] {
  const differences: string[] = [];
  const from = new Map<string, number>();
  for (const { member, standing } of etcd.readies) {
    const expected = { ...known.get(member), ...standing };
    known.set(member, expected);
    const own = ours.readies.filter((ready) => ready.member === member);
    const at = own.findIndex((ready, i) => {
      return i >= (from.get(member) ?? 0) && holds(ready.standing, expected);
    });
    if (at >= 0) from.set(member, at + 1);
    else differences.push(`- ${member} has a Ready ${wordStanding(expected)}`.trim());
  }
  return differences;
}

function wordStanding(standing: Standing): string {
  return keys.flatMap((key) => (standing[key] === undefined ? [] : [key, standing[key]])).join(' ');
}

function holds(ours: Standing, expected: Standing): boolean {
  return keys.every((key) => expected[key] === undefined || expected[key] === ours[key]);
}

/** A new leader takes every member for active until it is silent (progress.ts); etcd none. */
function withoutInactive(line: string): string {
  return line.replace(' inactive', '');
}

/** How often heartbeats come is a matter of pace: within a step, alike ones count once. */
function byMessage(
  what: string,
  etcd: readonly string[],
  ours: readonly string[],
): readonly string[] {
  const paced = (messages: readonly string[]) =>
    messages.filter((one, i) => !one.includes(' heartbeat') || messages.indexOf(one) === i);
  return byCount(what, paced(etcd), paced(ours));
}

/** In any order, but as often. */
function byCount(
  what: string,
  etcd: readonly string[],
  ours: readonly string[],
): readonly string[] {
  const lacking = without(etcd, ours).map((one) => `- ${what}${one}`);
  const more = without(ours, etcd).map((one) => `+ ${what}${one}`);
  return [...lacking, ...more];
}

function without(all: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others];
  return all.filter((one) => {
    const at = rest.indexOf(one);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

function byMember(
  what: string,
  etcd: ReadonlyMap<string, readonly string[]>,
  ours: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const members = [...new Set([...etcd.keys(), ...ours.keys()])].sort();
  return members.flatMap((member) => {
    const [one, other] = [etcd, ours].map((lists) => (lists.get(member) ?? []).join(', '));
    if (one === other) return [];
    return [`- ${member} ${what} ${one}`, `+ ${member} ${what} ${other}`];
  });
}

function byLine(etcd: readonly string[], ours: readonly string[]): readonly string[] {
  if (etcd.join('\n') === ours.join('\n')) return [];
  return byCount('', etcd, ours);
}

/**
 * How each member is known to stand holds still. A difference is told once, when it appears: from
 * then on ours is what is known.
 */
export function compareStandings(known: Known, ours: Known): readonly string[] {
  const differences: string[] = [];
  for (const [member, expected] of known) {
    const own = ours.get(member) ?? {};
    for (const key of keys) {
      if (expected[key] === undefined || expected[key] === own[key]) continue;
      differences.push(`- ${member} ${key} ${expected[key]}`, `+ ${member} ${key} ${own[key]}`);
    }
    known.set(member, pick(own, Object.keys(expected)));
  }
  return differences;
}

function pick(standing: Standing, names: readonly string[]): Standing {
  return Object.fromEntries(Object.entries(standing).filter(([key]) => names.includes(key)));
}
