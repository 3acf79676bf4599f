// The numbers that rule the failure detector, and how they grow with the group. Pure arithmetic;
// every duration is in ticks.

import { type Limits, limits } from '../model/limits.ts';

export type Timing = Pick<
  Limits,
  | 'probeTicks'
  | 'probeTimeoutTicks'
  | 'indirectProbes'
  | 'suspicionMultiplier'
  | 'suspicionSpread'
  | 'suspicionConfirmations'
  | 'localHealthMax'
  | 'stallDoubtMax'
  | 'rumourTransmissions'
  | 'rumoursPerMessageMax'
  | 'relaysMax'
  | 'syncTicks'
  | 'deadProbeTicks'
  | 'leftTicks'
  | 'aliveTicks'
  | 'arrivalsMax'
>;

export const defaultTiming: Timing = limits;

/** Lifeguard, LHA-Suspicion: Min = α · log10(n) · period, and never below α periods. */
export function suspicionTicksMin(
  members: number,
  { suspicionMultiplier, probeTicks }: Pick<Timing, 'suspicionMultiplier' | 'probeTicks'>,
): number {
  const scale = Math.max(1, Math.log10(Math.max(1, members)));
  return Math.floor(suspicionMultiplier * scale * probeTicks);
}

/** SWIM, section 4.1: a rumour is piggybacked λ · log(n) times by each member. */
export function transmissionsMax(members: number, multiplier: number): number {
  return multiplier * Math.ceil(Math.log10(members + 1));
}

/**
 * How many times longer than in a small group the interval between comparisons of everything is:
 * their cost grows with the group, so they become rarer.
 */
export function syncScale(members: number): number {
  const small = 32;
  return members <= small ? 1 : 1 + Math.ceil(Math.log2(members) - Math.log2(small));
}
