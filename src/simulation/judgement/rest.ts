// Has the world come to rest (Bayou's eventual consistency; DESIGN 2)? Replicas of a group have
// applied equally much, no `one` write waits in a journal; and then their states must be equal.

import { judgeConvergence } from '../../checkers/convergence.ts';
import type { GroupId } from '../../core/model/ids.ts';
import { groupId } from '../../core/model/ids.ts';
import { stateHashOf } from '../invariants/state-hash.ts';
import type { ReplicaView } from '../invariants/watch.ts';
import { replicasOf } from '../invariants/watch.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Recorded } from '../workload/recorder.ts';

interface Held {
  readonly machine: MachineView;
  readonly replica: ReplicaView;
}

/** What keeps the living replicas from rest; null: nothing. */
export function unrestOf(machines: readonly MachineView[], partitions: number): string | null {
  for (const [group, held] of byGroup(machines, partitions)) {
    const why = unrestIn(group, held);
    if (why !== null) return why;
  }
  return null;
}

/** To be asked at rest: the replicas of each group are equal. */
export function checkConvergence(machines: readonly MachineView[], partitions: number): void {
  const replicas = [...byGroup(machines, partitions)].flatMap(([group, held]) =>
    held.map(({ machine, replica }) => ({
      node: machine.name,
      group,
      appliedIndex: replica.appliedIndex,
      hash: stateHashOf(replica),
    })),
  );
  const judgement = judgeConvergence({ replicas, atTheEnd: true });
  if (judgement.verdict !== 'invalid') return;
  throw new Violation('convergence', judgement.why ?? 'the replicas differ');
}

function byGroup(
  machines: readonly MachineView[],
  partitions: number,
): ReadonlyMap<GroupId, readonly Held[]> {
  const groups = new Map<GroupId, Held[]>();
  for (let number = 0; number <= partitions; number++) groups.set(groupId(number), []);
  for (const machine of machines) {
    for (const replica of replicasOf(machine, partitions)) {
      groups.get(replica.group)?.push({ machine, replica });
    }
  }
  return groups;
}

function unrestIn(group: GroupId, held: readonly Held[]): string | null {
  let first: { name: string; applied: number } | null = null;
  for (const { machine, replica } of held) {
    const { appliedIndex } = replica;
    const { lastIndex } = replica.raft.view();
    if (lastIndex > appliedIndex) {
      return `group ${group}: ${machine.name} has a log up to ${lastIndex}, and applied ${appliedIndex}`;
    }
    if (replica.machine.kind === 'data' && replica.machine.journal.pendingCount > 0) {
      const { pendingCount } = replica.machine.journal;
      return `group ${group}: ${pendingCount} \`one\` writes of ${machine.name} are not merged`;
    }
    first ??= { name: machine.name, applied: appliedIndex };
    if (first.applied === appliedIndex) continue;
    return `group ${group}: ${first.name} applied ${first.applied}, ${machine.name} ${appliedIndex}`;
  }
  return null;
}

/** With every machine well again, every replica answers: the last reads at `all` succeed. */
export function checkLastReads(
  machines: readonly MachineView[],
  recorded: readonly Recorded[],
): void {
  if (machines.some(({ state, isMember }) => isMember && state !== 'up')) return;
  const failed = recorded.find(({ planned, outcome }) => planned < 0 && outcome !== 'ok');
  if (failed === undefined) return;
  const { key, consistency, failure } = failed;
  const why = `the last read of ${key} at ${consistency} failed (${failure}) although all is well`;
  throw new Violation('progress', why);
}
