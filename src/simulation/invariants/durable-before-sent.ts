// What a message promises is durable before it is sent (Raft paper, figure 2, "updated on stable
// storage before responding to RPCs"): the term it is sent in; a vote; the entries that an append's
// answer acknowledges; a snapshot that is said to be installed. And a commit rests on a majority of
// disks, the leader's among them only if it is one of them (thesis, section 10.2.1).

import type { Input, Ready } from '../../core/contract.ts';
import type { Configuration } from '../../core/model/entry.ts';
import type { GroupId, NodeId } from '../../core/model/ids.ts';
import { majority } from '../../core/model/quorum.ts';
import type { RaftMessage } from '../../core/raft/messages.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Commits, Committed } from './commits.ts';
import { type Configurations, votingSets } from './configurations.ts';
import type { Disks, DurableReplica } from './disks.ts';
import type { Seats } from './seats.ts';
import type { Invariant, ReplicaView } from './watch.ts';

export class DurableBeforeSent implements Invariant {
  readonly #disks: Disks;
  readonly #configurations: Configurations;
  readonly #seats: Seats;
  /** Chunks of the snapshot that was last sent to a replica, by `node group index`. */
  readonly #chunks = new Map<string, number>();
  /** Who has ever had an entry on disk, by group and `index@term`; until it is committed. */
  readonly #holders = new Map<GroupId, Map<string, Set<NodeId>>>();

  constructor(by: {
    readonly disks: Disks;
    readonly commits: Commits;
    readonly configurations: Configurations;
    readonly seats: Seats;
  }) {
    const { disks, commits } = by;
    this.#disks = disks;
    this.#configurations = by.configurations;
    this.#seats = by.seats;
    disks.onOtherDisk((node) => {
      for (const group of this.#holders.keys()) this.#forget(node, group);
    });
    disks.onDurable((node, record) => {
      if (record.kind === 'group-dropped') this.#forget(node, record.group);
      if (record.kind !== 'entries') return;
      const known = commits.of(record.group).last;
      for (const { index, term } of record.entries) {
        if (index > known) this.#holdersOf(record.group, `${index}@${term}`).add(node);
      }
    });
    commits.onCommitted((committed, replica) => this.#onCommitted(committed, replica));
  }

  onInput({ name }: MachineView, input: Input): void {
    if (input.kind !== 'message' || input.message.kind !== 'group') return;
    const { group, message } = input.message;
    if (message.kind !== 'install-snapshot') return;
    this.#chunks.set(`${name} ${group} ${message.index}`, message.chunks);
  }

  onReady({ name, node }: MachineView, { messages }: Ready): void {
    for (const { to, message } of messages) {
      if (message.kind !== 'group') continue;
      const { group } = message;
      const why = this.#whatIsMissing({ name, group, to, message: message.message, node });
      if (why === null) continue;
      const facts = `group ${group}: ${name} sent ${message.message.kind} to ${to} before ${why} was durable`;
      throw new Violation('durable-before-sent', facts);
    }
  }

  #whatIsMissing(sent: {
    name: NodeId;
    group: GroupId;
    to: NodeId;
    message: RaftMessage;
    node: MachineView['node'];
  }): string | null {
    const { name, group, to, message, node } = sent;
    if ((message.kind === 'vote' || message.kind === 'request-vote') && message.pre) return null;
    const durable = this.#disks.replica(name, group);
    const { hardState } = durable;
    if (hardState.term > message.term) return null;
    if (hardState.term < message.term) return `term ${message.term}`;
    switch (message.kind) {
      case 'vote':
        return message.granted && hardState.votedFor !== to
          ? `its vote in term ${message.term}`
          : null;
      case 'appended': {
        if (!message.success) return null;
        const found = node?.replica(group)?.raft;
        const expected = found?.term === message.term ? found.termAt(message.index) : undefined;
        return holds(durable, message.index, expected) ? null : `index ${message.index}`;
      }
      case 'snapshot-ack': {
        const chunks = this.#chunks.get(`${name} ${group} ${message.index}`);
        if (message.nextChunk !== chunks) return null;
        return holds(durable, message.index, undefined) ? null : `snapshot ${message.index}`;
      }
      default:
        return null;
    }
  }

  #onCommitted({ group, entry, by }: Committed, { raft }: ReplicaView): void {
    const name = `${entry.index}@${entry.term}`;
    const holders = this.#holdersOf(group, name);
    this.#holders.get(group)?.delete(name);
    const promoted = this.#promotedNow(group, raft);
    const isSeated = (node: NodeId) => this.#seats.isTaken(group, node) || promoted.includes(node);
    const counts = (node: NodeId) => holders.has(node) && isSeated(node);
    const missing = this.#inForce(group, raft, entry.index).map((configuration) =>
      votingSets(configuration).find((set) => set.filter(counts).length < majority(set.length)),
    );
    const [set] = missing;
    if (set === undefined || missing.includes(undefined)) return;
    const held = set.filter(counts);
    throw new Violation(
      'durable-before-sent',
      `group ${group}: ${by} committed index ${entry.index} of term ${entry.term}, which only ` +
        `${held.join(', ') || 'nobody'} of ${set.join(', ')} had made durable`,
    );
  }

  /** By an entry of this very step, which takes their seats as soon as it is written. */
  #promotedNow(group: GroupId, raft: ReplicaView['raft']): readonly NodeId[] {
    const written = this.#configurations.inForce(group, raft);
    const { configuration, configurationIndex } = raft.view();
    if (written === null || configurationIndex <= written.index) return [];
    const before = votingSets(written.configuration).flat();
    return votingSets(configuration)
      .flat()
      .filter((node) => !before.includes(node));
  }

  /** The one at the entry or before it, or one after it: the leader counted by one of these. */
  #inForce(group: GroupId, raft: ReplicaView['raft'], index: number): readonly Configuration[] {
    const found: Configuration[] = [];
    let written = this.#configurations.inForce(group, raft);
    // Written in this step: nobody has seen it but the leader.
    const { configuration, configurationIndex } = raft.view();
    if (configurationIndex > (written?.index ?? 0)) found.push(configuration);
    while (written !== null) {
      found.push(written.configuration);
      if (written.index <= index) break;
      written = this.#configurations.before(group, raft, written.index);
    }
    return found.reverse();
  }

  /** It has another disk, or has forgotten the group. */
  #forget(node: NodeId, group: GroupId): void {
    for (const holders of this.#holders.get(group)?.values() ?? []) holders.delete(node);
  }

  #holdersOf(group: GroupId, name: string): Set<NodeId> {
    let byName = this.#holders.get(group);
    if (byName === undefined) {
      byName = new Map();
      this.#holders.set(group, byName);
    }
    let holders = byName.get(name);
    if (holders === undefined) {
      holders = new Set();
      byName.set(name, holders);
    }
    return holders;
  }
}

/** `expected`: the term of the entry that the node speaks of; undefined: whatever is there. */
function holds(durable: DurableReplica, index: number, expected: number | undefined): boolean {
  if (index <= durable.start.index) return true;
  const found = durable.termAt(index);
  return found !== undefined && (expected === undefined || found === expected);
}
