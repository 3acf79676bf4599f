// A leader that no majority has answered for an election timeout leads nobody, and steps down
// (CheckQuorum; thesis, section 6.2). Without that, one that can speak but not hear keeps everyone
// from electing another.

import type { Input } from '../../core/contract.ts';
import type { GroupId, NodeId, Term } from '../../core/model/ids.ts';
import { limits } from '../../core/model/limits.ts';
import { majority } from '../../core/model/quorum.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

/** Ticks of the leader's own; it looks every heartbeat. */
const patienceTicks = 2 * limits.electionTicksMax;

interface Reign {
  readonly term: Term;
  readonly voters: readonly NodeId[];
  ticks: number;
  /** The tick of the reign at which each voter was heard last. */
  readonly heardAt: Map<NodeId, number>;
}

export class QuorumChecked implements Invariant {
  readonly #reigns = new Map<NodeId, Map<GroupId, Reign>>();

  onView({ name }: MachineView, { group }: ReplicaView, { now }: ViewChange): void {
    const reigns = this.#reignsOf(name);
    if (now.role !== 'leader') {
      reigns.delete(group);
      return;
    }
    const { term, configuration } = now;
    if (reigns.get(group)?.term === term) return;
    reigns.set(group, { term, voters: configuration.voters, ticks: 0, heardAt: new Map() });
  }

  onInput(machine: MachineView, input: Input): void {
    const reigns = this.#reignsOf(machine.name);
    if (input.kind === 'message' && input.message.kind === 'group') {
      const reign = reigns.get(input.message.group);
      reign?.heardAt.set(input.from, reign.ticks);
    } else if (input.kind === 'tick') {
      for (const [group, reign] of reigns) this.#pass(machine, group, reign);
    }
  }

  onEnd({ name }: MachineView): void {
    this.#reigns.delete(name);
  }

  /** However many ticks a late host reports, at least one of them counts. */
  #pass({ name, node }: MachineView, group: GroupId, reign: Reign): void {
    const raft = node?.replica(group)?.raft;
    if (!raft?.isLeader || raft.isQuiet) {
      reign.ticks = 0;
      reign.heardAt.clear();
      return;
    }
    reign.ticks += 1;
    const oldest = reign.ticks - patienceTicks;
    if (oldest <= 0) return;
    const heard = reign.voters.filter(
      (voter) => voter === name || (reign.heardAt.get(voter) ?? 0) > oldest,
    );
    if (heard.length >= majority(reign.voters.length)) return;
    throw new Violation(
      'leader-hears-quorum',
      `group ${group}: ${name} still leads term ${reign.term}, although for ${patienceTicks} ` +
        `ticks only ${heard.join(', ')} of ${reign.voters.join(', ')} spoke to it`,
    );
  }

  #reignsOf(node: NodeId): Map<GroupId, Reign> {
    let reigns = this.#reigns.get(node);
    if (reigns === undefined) {
      reigns = new Map();
      this.#reigns.set(node, reigns);
    }
    return reigns;
  }
}
