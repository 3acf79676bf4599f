// A group's configuration, and the points of a log that carry one, as positional lists.

import type { Configuration } from '../core/model/entry.ts';
import type { AppliedPoint } from '../core/model/state.ts';
import {
  type Fields,
  readCount,
  readFields,
  readIndex,
  readOptional,
  readSortedNodes,
  readTerm,
} from './fields.ts';

export function configurationFields(configuration: Configuration): Fields {
  const { voters, votersOutgoing, learners, epoch } = configuration;
  const lists = [voters, votersOutgoing, learners];
  return epoch === undefined ? lists : [...lists, epoch];
}

export function readConfiguration(value: unknown): Configuration {
  const fields = readFields(value, 3, 'configuration');
  const configuration = {
    voters: readSortedNodes(fields[0]),
    votersOutgoing: readSortedNodes(fields[1]),
    learners: readSortedNodes(fields[2]),
  };
  const epoch = readOptional(fields[3], readEpoch);
  return epoch === null ? configuration : { ...configuration, epoch };
}

const readEpoch = (value: unknown): number => readCount(value, 'epoch');

export function pointFields(point: AppliedPoint): Fields {
  return [point.index, point.term, configurationFields(point.configuration)];
}

export function readPoint(value: unknown): AppliedPoint {
  const fields = readFields(value, 3, 'applied point');
  return {
    index: readIndex(fields[0]),
    term: readTerm(fields[1]),
    configuration: readConfiguration(fields[2]),
  };
}
