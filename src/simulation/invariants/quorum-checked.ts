// A leader that no majority has answered for an election timeout leads nobody, and steps down
// (CheckQuorum; thesis, section 6.2). Without that, one that can speak but not hear keeps everyone
// from electing another.

import type { Input } from '../../core/contract.ts';
import type { GroupId, NodeId, Term } from '../../core/model/ids.ts';
import { limits } from '../../core/model/limits.ts';
import { majority } from '../../core/model/quorum.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import { votingSets } from './configurations.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

/** Ticks of the leader's own; it looks every heartbeat. */
const patienceTicks = 2 * limits.electionTicksMax;

interface Reign {
  readonly term: Term;
  /** Of the configuration in force: every set of which a majority must be heard. */
  sets: readonly NodeId[][];
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
    const sets = votingSets(configuration);
    const known = reigns.get(group);
    if (known?.term === term) follow(known, sets);
    else reigns.set(group, { term, sets, ticks: 0, heardAt: new Map() });
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

  onDropped({ name }: MachineView, group: GroupId): void {
    this.#reigns.get(name)?.delete(group);
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
    for (const set of reign.sets) {
      const heard = set.filter(
        (voter) => voter === name || (reign.heardAt.get(voter) ?? 0) > oldest,
      );
      if (heard.length >= majority(set.length)) continue;
      throw new Violation(
        'leader-hears-quorum',
        `group ${group}: ${name} still leads term ${reign.term}, although for ${patienceTicks} ` +
          `ticks only ${heard.join(', ')} of ${set.join(', ')} spoke to it`,
      );
    }
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

/**
 * With another configuration the patience begins anew: it may need one who has been silent for long,
 * and the leader looks at its next heartbeat.
 */
function follow(reign: Reign, sets: readonly NodeId[][]): void {
  if (JSON.stringify(sets) === JSON.stringify(reign.sets)) return;
  for (const node of sets.flat()) reign.heardAt.set(node, reign.ticks);
  reign.sets = sets;
}
