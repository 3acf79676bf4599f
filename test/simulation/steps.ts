// Finds the steps of a change of membership by watching a first run: when each happened, and who led
// what then. A second run with a crash at a step is the same run up to it.

import type { Input } from '../../src/core/contract.ts';
import { isJoint } from '../../src/core/model/configuration.ts';
import { controlGroup, type GroupId, type NodeId } from '../../src/core/model/ids.ts';
import { Commits } from '../../src/simulation/invariants/commits.ts';
import type { Invariant, ReplicaView, ViewChange } from '../../src/simulation/invariants/watch.ts';
import { Watch } from '../../src/simulation/invariants/watch.ts';
import type { End, MachineView } from '../../src/simulation/observation.ts';
import type { Plan } from '../../src/simulation/plan.ts';
import { simulate } from '../../src/simulation/simulator.ts';

export interface Step {
  readonly name: string;
  /** In which it happened for the first time. */
  readonly at: number;
  /** Leaders at that time. */
  readonly source: NodeId | null;
  readonly control: NodeId | null;
}

/** The group whose moves are looked at. */
const watchedGroup = 1;

class Steps implements Invariant {
  readonly steps: Step[] = [];
  readonly #leaders = new Map<GroupId, NodeId>();
  readonly #from: number;
  #now = 1;

  /** What comes before the change is the birth of the cluster. */
  constructor(from: number, commits: Commits) {
    this.#from = from;
    commits.onCommitted(({ entry: { payload }, group }) => {
      if (payload.kind === 'command' && group === controlGroup) {
        if (payload.command.kind !== 'member-started')
          this.#note(`${payload.command.kind} committed`);
      } else if (payload.kind === 'configuration') {
        const kind = isJoint(payload.configuration) ? 'joint' : 'simple';
        this.#note(`${kind} configuration committed`, group);
      } else if (payload.kind === 'command' && payload.command.kind === 'owner-released') {
        this.#note('owner-released committed', group);
      }
    });
  }

  onTick(tick: number): void {
    this.#now = tick + 1;
  }

  onInput(_machine: MachineView, input: Input): void {
    if (input.kind !== 'message') return;
    const { message } = input;
    if (message.kind === 'group') {
      const { kind } = message.message;
      if (kind === 'install-snapshot' || kind === 'snapshot-ack') this.#note(kind, message.group);
    } else if (kinds.includes(message.kind)) this.#note(message.kind);
  }

  onView({ name }: MachineView, { group }: ReplicaView, { before, now }: ViewChange): void {
    if (now.role !== 'leader') return;
    this.#leaders.set(group, name);
    if (before === null || now.configurationIndex === before.configurationIndex) return;
    const { configuration } = now;
    if (isJoint(configuration)) this.#note('joint configuration appended', group);
    else if (configuration.learners.length > before.configuration.learners.length) {
      this.#note('learner added', group);
    } else this.#note('simple configuration appended', group);
  }

  onBorn(_machine: MachineView, { group }: ReplicaView): void {
    this.#note('replica born', group);
  }

  onDropped(_machine: MachineView, group: GroupId): void {
    this.#note('replica dropped', group);
  }

  onEnd(_machine: MachineView, how: End): void {
    if (how === 'removed') this.#note('told of its removal');
  }

  #note(what: string, group: GroupId | null = null): void {
    if (this.#now < this.#from) return;
    if (group !== null && group !== controlGroup && group !== watchedGroup) return;
    const name = group === null ? what : `${what} in group ${group}`;
    if (this.steps.some((step) => step.name === name)) return;
    const leaderOf = (number: number): NodeId | null =>
      this.#leaders.get(number as GroupId) ?? null;
    this.steps.push({
      name,
      at: this.#now,
      source: leaderOf(watchedGroup),
      control: leaderOf(controlGroup),
    });
  }
}

const kinds: readonly string[] = [
  'ask-standing',
  'not-a-member',
  'ask-release',
  'released',
  'report-released',
];

/** Of a run that is green by itself, from a tick on; each step once, in order. */
export async function stepsOf(plan: Plan, from: number): Promise<readonly Step[]> {
  const commits = new Commits();
  const steps = new Steps(from, commits);
  const { partitions } = plan;
  const watch = new Watch({ partitions, committed: () => 0, invariants: [commits, steps] });
  const { failure } = await simulate(plan, { observers: [watch] });
  if (failure !== null) throw new Error(`${failure.invariant}: ${failure.message}`);
  return steps.steps;
}
