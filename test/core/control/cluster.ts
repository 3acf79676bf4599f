// A control group that is given commands by hand, with the real planner: named nodes, four
// partitions in two replicas.

import { Control } from '../../../src/core/control/control.ts';
import type { ControlResult } from '../../../src/core/control/outcome.ts';
import type { ControlCommand } from '../../../src/core/model/command.ts';
import type { ControlRow, DepartureKind, Settings } from '../../../src/core/model/control-row.ts';
import { groupId, incarnation, nodeId, storageId } from '../../../src/core/model/ids.ts';
import type { Member } from '../../../src/core/model/member.ts';
import { planPlacement } from '../../../src/core/placement/planner.ts';
import { hashText } from '../../../src/wire/key-hash.ts';

const addresses = {
  peer: 'tcp://127.0.0.1:1',
  client: 'tcp://127.0.0.1:2',
  bulk: 'tcp://127.0.0.1:3',
};

/** `disk` tells two data directories of one name apart. */
export const member = (name: string, disk = 'first'): Member => ({
  node: nodeId(name),
  storageId: storageId(`${disk} of ${name}`),
  addresses,
  publicKey: 'k'.repeat(40),
  zone: '',
});

interface Birth {
  readonly names?: readonly string[];
  readonly featureLevel?: number;
  readonly settings?: Partial<Settings>;
}

/** Groups of the cluster, the control group included. */
export const groups = [0, 1, 2, 3, 4].map(groupId);

export function bear({
  names = ['n1', 'n2', 'n3'],
  featureLevel = 2,
  ...more
}: Birth = {}): Control {
  const settings: Settings = {
    replicationFactor: 2,
    partitions: 4,
    resolver: 'lww',
    deadNodeTimeoutMs: 600_000,
    ...more.settings,
  };
  const { replicationFactor, partitions } = settings;
  const members = names.map((name) => member(name));
  const request = { current: [], members, replicationFactor, partitions };
  const placement = planPlacement({ ...request, hash: hashText });
  return new Control({
    birth: { members, settings, featureLevel, epoch: 1, placement },
    plan: (asked) => planPlacement({ ...asked, hash: hashText }),
  });
}

export const started = (name: string, inc: number, more: { disk?: string; level?: number } = {}) =>
  ({
    kind: 'member-started',
    node: nodeId(name),
    storageId: member(name, more.disk).storageId,
    incarnation: incarnation(inc),
    featureLevel: more.level ?? 2,
  }) as const;

export const joined = (name: string, disk?: string) =>
  ({ kind: 'member-joined', member: member(name, disk) }) as const;

export const departing = (name: string, how: DepartureKind = 'leaving', force = false) =>
  ({ kind: 'member-departing', node: nodeId(name), how, force }) as const;

export const released = (name: string, from: readonly number[] = groups) =>
  ({ kind: 'groups-released', node: nodeId(name), groups: from.map(groupId) }) as const;

export const removed = (name: string) => ({ kind: 'member-removed', node: nodeId(name) }) as const;

export const changed = (
  change: Partial<Pick<Settings, 'replicationFactor' | 'deadNodeTimeoutMs'>>,
) =>
  ({
    kind: 'settings-changed',
    replicationFactor: change.replicationFactor ?? null,
    deadNodeTimeoutMs: change.deadNodeTimeoutMs ?? null,
  }) as const;

export const raised = (level: number) => ({ kind: 'feature-level-raised', level }) as const;

/** The whole way out. */
export function remove(control: Control, name: string, how: DepartureKind = 'leaving'): void {
  for (const command of [departing(name, how), released(name), removed(name)]) {
    const result = control.apply(command);
    if (result.kind === 'refused') throw new Error(result.message);
  }
}

/** `done`, or why not. */
export const answerOf = (result: ControlResult): string =>
  result.kind === 'refused' ? result.reason : result.kind;

export const textOf = (result: ControlResult): string =>
  result.kind === 'refused' ? result.message : '';

/** Applies the command, which must leave everything as it is. */
export function withoutEffect(control: Control, command: ControlCommand): ControlResult {
  const { row } = control;
  const result = control.apply(command);
  if (control.row !== row) throw new Error(`${command.kind} changed the row`);
  return result;
}

export const namesOf = ({ members }: Pick<ControlRow, 'members'>): readonly string[] =>
  members.map(({ node }) => node);
