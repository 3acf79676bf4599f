// What the leader of the control group does of its own accord: it takes members out whom every
// group has released, takes a member for lost that has been dead for too long, and switches a
// feature level on when all members understand it. Each is an entry of the control group's log; a
// refusal there is final until the row changes.

import { announcedLevel } from '../control/levels.ts';
import type { ControlCommand } from '../model/command.ts';
import type { ControlRow } from '../model/control-row.ts';
import type { NodeId, StorageId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Member } from '../model/member.ts';
import { commandSize } from './command-size.ts';
import type { Detector } from './detector.ts';
import type { Liveness } from './liveness.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';

/** How often it looks, and how long a proposal may take before it is made again. */
const lookTicks = 20;

export interface StewardOptions {
  readonly self: NodeId;
  readonly replicas: Replicas;
  readonly liveness: Liveness;
  readonly detector: Detector;
  readonly onProposed: (replica: Replica) => void;
}

export class Steward {
  readonly #options: StewardOptions;
  /** Ticks for which the disk of each member has been dead, as this leader has seen it. */
  #deadFor: ReadonlyMap<StorageId, number> = new Map();
  #sinceLooked = 0;

  constructor(options: StewardOptions) {
    this.#options = options;
  }

  tick(ticks: number): void {
    this.#sinceLooked += ticks;
    if (this.#sinceLooked < lookTicks) return;
    const passed = this.#sinceLooked;
    this.#sinceLooked = 0;
    const { control, controlRow } = this.#options.replicas;
    if (controlRow === null || !control?.raft.isLeader) {
      this.#deadFor = new Map();
      return;
    }
    this.#countDead(controlRow, passed);
    const commands = [
      ...controlRow.departures.flatMap(({ node, groups }) =>
        groups.length === 0 ? [{ kind: 'member-removed', node } as const] : [],
      ),
      ...this.#lost(controlRow),
      ...raised(controlRow),
    ];
    for (const command of commands) this.#propose(control, command);
  }

  #countDead({ members }: ControlRow, ticks: number): void {
    const { detector, liveness, self } = this.#options;
    const isGone = (node: NodeId) => node !== self && !liveness.reachable(node);
    // To say what is believed of everybody is work, and hardly ever is anybody gone.
    const anyGone = members.some(({ node }) => isGone(node));
    const beliefs = anyGone ? detector.beliefs() : nobody;
    const isDead = (node: NodeId) => isGone(node) && isDeadOrUnmet(beliefs, node);
    this.#deadFor = new Map(
      members.map((member) => [
        member.storageId,
        isDead(member.node) ? this.#deadTicks(member) + ticks : 0,
      ]),
    );
  }

  /** The one that is dead for longest, if enough others live to hold its copies. */
  #lost({ members, departures, settings }: ControlRow): readonly ControlCommand[] {
    const { liveness } = this.#options;
    const departing = departures.map(({ node }) => node);
    const staying = members.filter(({ node }) => !departing.includes(node));
    const living = staying.filter(({ node }) => liveness.reachable(node));
    if (living.length < settings.replicationFactor) return [];
    const ticksMax = Math.ceil(settings.deadNodeTimeoutMs / limits.tickMs);
    const dead = staying.filter((member) => this.#deadTicks(member) >= ticksMax);
    const [longest] = dead.sort((a, b) => this.#deadTicks(b) - this.#deadTicks(a));
    if (longest === undefined) return [];
    const { node, storageId } = longest;
    return [{ kind: 'member-departing', node, storageId, how: 'lost', force: false }];
  }

  #deadTicks({ storageId }: Member): number {
    return this.#deadFor.get(storageId) ?? 0;
  }

  #propose(control: Replica, command: ControlCommand): void {
    if (control.machine.kind !== 'control') return;
    if (control.machine.control.foresee(command).kind === 'refused') return;
    control.raft.propose(command, commandSize(command));
    this.#options.onProposed(control);
  }
}

type Beliefs = ReturnType<Detector['beliefs']>;
const nobody: Beliefs = new Map();

/** Never met since this node started counts too: it may have been dead before. */
function isDeadOrUnmet(beliefs: Beliefs, node: NodeId): boolean {
  const state = beliefs.get(node)?.state;
  return state === 'dead' || state === 'unknown' || state === undefined;
}

/** What all members have announced, when it is more than what is in force. */
function raised(row: ControlRow): readonly ControlCommand[] {
  const level = announcedLevel(row);
  return level > row.featureLevel ? [{ kind: 'feature-level-raised', level }] : [];
}
