// What the members of a cluster may say to each other, by level. A level is switched on through the
// control group's log when every member has announced that its build understands it, and never off:
// so a build of the next version can take the place of this one node by node.

/** Append only: a level is never given another meaning. */
export const features = {
  /** What every build understands. */
  baseline: 1,
  /** SWIM's messages, members that come and go, replicas that move. */
  elasticity: 2,
} as const;

export type Feature = keyof typeof features;

/** Of a bundle that stands for a build of before: `esbuild --define:DSYS_FEATURE_LEVEL=1`. */
declare const DSYS_FEATURE_LEVEL: number | undefined;

/** The greatest level of this build. */
export const featureLevelOfThisBuild: number =
  typeof DSYS_FEATURE_LEVEL === 'number' ? DSYS_FEATURE_LEVEL : features.elasticity;

export function hasFeature(level: number, feature: Feature): boolean {
  return level >= features[feature];
}
