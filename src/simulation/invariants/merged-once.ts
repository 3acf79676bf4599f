// A `one` write is named by its dot, and its dot is merged once (Bayou, Terry et al. 1995, section 4;
// dotted version vectors, Preguiça et al. 2012): a dot names one write for ever, and a second Merge
// of it changes nothing. At the end, what was acknowledged at `one` is merged, unless the only disk
// that had it was lost.

import type { Ready } from '../../core/contract.ts';
import type { TentativeWrite } from '../../core/model/command.ts';
import type { GroupId, NodeId, StorageId } from '../../core/model/ids.ts';
import type { Result } from '../../core/model/operation.ts';
import type { Dot, Timestamp } from '../../core/model/version.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Commits } from './commits.ts';
import type { Disks } from './disks.ts';
import { dotName, valueText } from './entry-content.ts';
import { Repeats } from './repeats.ts';
import type { Asked, Invariant, ReplicaView, ViewChange } from './watch.ts';

export interface Acknowledged {
  readonly owner: NodeId;
  /** The disk that has it. */
  readonly storageId: StorageId;
  readonly group: GroupId;
  readonly dot: Dot;
  readonly key: string;
}

export class MergedOnce implements Invariant {
  readonly #repeats: Repeats;
  /** What each dot of a group names. */
  readonly #writes = new Map<string, string>();
  /** Every value that any owner accepted, as text. */
  readonly #accepted = new Set<string>();
  /** Dots of the writes that became durable in a journal. An owner gives a moment once. */
  readonly #durable = new Map<string, Dot>();
  readonly acknowledged: Acknowledged[] = [];

  constructor(disks: Disks, commits: Commits) {
    disks.onDurable((node, record) => {
      if (record.kind !== 'tentative') return;
      const { key, hlc, dot } = record.write;
      this.#durable.set(momentName(node, { group: record.group, key, hlc }), dot);
    });
    this.#repeats = new Repeats(commits, ({ payload }) => {
      if (payload.kind !== 'command' || payload.command.kind !== 'merge') return null;
      const { dot, key } = payload.command.write;
      return { name: dotName(dot), key };
    });
    commits.onCommitted(({ group, entry, by }) => {
      const { payload } = entry;
      if (payload.kind !== 'command' || payload.command.kind !== 'merge') return;
      this.#names(by, group, payload.command.write);
    });
  }

  get repeated(): number {
    return this.#repeats.count;
  }

  /** True: some owner took a `one` write of this value into its journal. */
  wasAccepted(value: string): boolean {
    return this.#accepted.has(value);
  }

  onReady(machine: MachineView, { persist }: Ready): void {
    for (const record of persist?.records ?? []) {
      if (record.kind !== 'tentative') continue;
      this.#names(machine.name, record.group, record.write);
      if (record.write.value !== null) this.#accepted.add(valueText(record.write.value));
    }
  }

  onView(machine: MachineView, replica: ReplicaView, change: ViewChange): void {
    const twice = this.#repeats.effectOn(replica, change);
    if (twice === null) return;
    const { name, key, first, again } = twice;
    throw new Violation(
      'dot-merged-once',
      `group ${replica.group}: ${machine.name} merged ${name} (${key}) at index ${again}, ` +
        `although it is at index ${first} already`,
    );
  }

  /** An acknowledged `one` write is in the journal of its owner, durably. */
  onAnswer({ name, storageId }: MachineView, { request, group }: Asked, result: Result): void {
    const { operation, consistency } = request;
    if (result.kind !== 'written' || consistency !== 'one' || group === null) return;
    if (!('key' in operation)) return;
    const { key } = operation;
    const dot = this.#durable.get(momentName(name, { group, key, hlc: result.version.hlc }));
    if (dot !== undefined) {
      this.acknowledged.push({ owner: name, storageId, group, dot, key });
      return;
    }
    const facts = `${name} acknowledged a \`one\` write of ${key} that its journal has not`;
    throw new Violation('durability', facts);
  }

  #names(node: NodeId, group: GroupId, write: TentativeWrite): void {
    const { dot, key, value, hlc } = write;
    const name = `${group} ${dotName(dot)}`;
    const text = `${key} ${value === null ? 'deleted' : valueText(value)} ${hlc.wallMs}.${hlc.logical}`;
    const known = this.#writes.get(name);
    if (known === undefined) this.#writes.set(name, text);
    else if (known !== text) {
      const facts = `group ${group}: the dot ${dotName(dot)} names ${known}, and at ${node} ${text}`;
      throw new Violation('dot-merged-once', facts);
    }
  }
}

function momentName(
  node: NodeId,
  { group, key, hlc }: { group: GroupId; key: string; hlc: Timestamp },
): string {
  return `${node} ${group} ${key} ${hlc.wallMs}.${hlc.logical}`;
}
