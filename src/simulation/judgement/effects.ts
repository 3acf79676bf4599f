// What the outcomes promise of effects: "ok" at `one` means that it will be merged, "failed" means
// that it never had and never will have an effect (DESIGN 8, three outcomes).

import { groupOfKey } from '../../wire/key-hash.ts';
import { dotName, valueText } from '../invariants/entry-content.ts';
import type { ExactlyOnce } from '../invariants/exactly-once.ts';
import type { Acknowledged, MergedOnce } from '../invariants/merged-once.ts';
import type { Removals } from '../invariants/removals.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Recorded } from '../workload/recorder.ts';
import { bytesOf } from '../workload/values.ts';

/**
 * Every acknowledged `one` write is in the state of every replica, unless the disk that had it was
 * destroyed, or was called lost: who leaves in order takes nothing along.
 */
export function checkMerged(
  {
    machines,
    present,
  }: { readonly machines: readonly MachineView[]; readonly present: readonly MachineView[] },
  acknowledged: readonly Acknowledged[],
  removals: Pick<Removals, 'wasCalledLost'>,
): void {
  const survived = new Map(
    machines.map(({ storageId, diskSurvived }) => [storageId, diskSurvived]),
  );
  for (const { owner, storageId, group, dot, key } of acknowledged) {
    if (survived.get(storageId) !== true || removals.wasCalledLost(storageId)) continue;
    for (const { name, node } of present) {
      const machine = node?.replica(group)?.machine;
      if (machine?.kind !== 'data' || machine.partition.hasMerged(dot)) continue;
      throw new Violation(
        'durability',
        `group ${group}: ${owner} acknowledged ${dotName(dot)} of ${key} at \`one\`, ` +
          `and ${name} has not merged it at the end`,
      );
    }
  }
}

/** A write that failed is in no log and in no journal. */
export function checkFailed(
  recorded: readonly Recorded[],
  the: { partitions: number; exactlyOnce: ExactlyOnce; mergedOnce: MergedOnce },
): void {
  for (const each of recorded) {
    const { f, key, session, outcome, failure, consistency, input } = each;
    if (outcome !== 'fail' || session === null || failure === null) continue;
    // It stands in the log, which refused it: to another attempt, if this answer was not its own.
    if (failure === 'not-a-number' || the.exactlyOnce.wasRefused(session)) continue;
    const index = the.exactlyOnce.indexOf(groupOfKey(key, the.partitions), session);
    if (index !== undefined) {
      const facts = `${session} (${f} ${key}) failed (${failure}), and stands at index ${index}`;
      throw new Violation('failed-without-effect', facts);
    }
    if (consistency !== 'one' || f !== 'write') continue;
    if (!the.mergedOnce.wasAccepted(valueText(bytesOf(String(input))))) continue;
    const facts = `${session} (${f} ${key} at \`one\`) failed (${failure}), and is in a journal`;
    throw new Violation('failed-without-effect', facts);
  }
}
