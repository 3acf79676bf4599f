// The feature level of the cluster: switched on in the log once every member has announced it, and
// never off (core/model/features.ts).

import type { FeatureLevelRaisedCommand } from '../model/command.ts';
import type { ControlRow } from '../model/control-row.ts';
import { type Feature, features, hasFeature } from '../model/features.ts';
import type { NodeId } from '../model/ids.ts';
import { done, type Outcome, refused } from './outcome.ts';

/**
 * The greatest level that every member has announced; worth a `feature-level-raised` when it is
 * above the cluster's. One that has not started yet may be of any build. One that is lost is not
 * waited for: it could neither be upgraded nor, as removing it needs a level, ever be got rid of.
 */
export function announcedLevel(row: ControlRow): number {
  const { members, departures } = row;
  const levels = members
    .filter(({ node }) => !departures.some((each) => each.node === node && each.how === 'lost'))
    .map(({ node }) => levelOf(row, node));
  return Math.min(...levels);
}

/** No effect before every member has announced it: it is proposed again then. */
export function onFeatureLevelRaised(row: ControlRow, command: FeatureLevelRaisedCommand): Outcome {
  const { level } = command;
  if (level <= row.featureLevel || level > announcedLevel(row)) return done(row);
  return done({ ...row, featureLevel: level });
}

/** The refusal of what the cluster cannot do yet; null: it can. */
export function missingFeature(row: ControlRow, feature: Feature): Outcome | null {
  if (hasFeature(row.featureLevel, feature)) return null;
  const level = features[feature];
  const old = row.members.map(({ node }) => node).filter((node) => levelOf(row, node) < level);
  const next = old.length === 0 ? 'try again in a moment' : `upgrade ${old.join(', ')} first`;
  const message = `this needs feature level ${level}, the cluster has ${row.featureLevel}: ${next}`;
  return refused(row, 'feature-missing', message);
}

/** As `missingFeature`, except that it is enough when all members but this one have announced it. */
export function missingFeatureWithout(
  row: ControlRow,
  feature: Feature,
  node: NodeId,
): Outcome | null {
  const members = row.members.filter((member) => member.node !== node);
  const others = { ...row, members };
  return announcedLevel(others) >= features[feature] ? null : missingFeature(row, feature);
}

/** 0 before its first start. */
function levelOf({ incarnations }: ControlRow, node: NodeId): number {
  return incarnations.find((each) => each.node === node)?.featureLevel ?? 0;
}
