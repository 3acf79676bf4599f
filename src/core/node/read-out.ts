// What a node tells about itself: status, topology, hashes. Reading changes nothing.

import { assertNever } from '../model/assert.ts';
import type { Incarnation, NodeId, Tick } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type {
  GroupStatus,
  NodeQuery,
  NodeStatus,
  PeerStatus,
  ReplicaHash,
  Result,
  Topology,
} from '../model/operation.ts';
import type { Detector } from './detector.ts';
import type { Liveness } from './liveness.ts';
import { nowhere, refuse } from './refusals.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import type { Tentative } from './tentative.ts';

export interface ReadOutOptions {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly replicas: Replicas;
  readonly liveness: Liveness;
  readonly detector: Detector;
  readonly tentative: Tentative;
  readonly now: () => Tick;
  readonly counters: () => Readonly<Record<string, number>>;
}

export class ReadOut {
  readonly #options: ReadOutOptions;

  constructor(options: ReadOutOptions) {
    this.#options = options;
  }

  answer(query: NodeQuery): Result {
    switch (query.kind) {
      case 'status':
        return { kind: 'status', status: this.status() };
      case 'topology':
        return { kind: 'topology', topology: this.topology() };
      case 'hashes':
        return { kind: 'hashes', hashes: this.hashes() };
      case 'control':
        return this.#control();
      default:
        return assertNever(query);
    }
  }

  status(): NodeStatus {
    const { self, incarnation, replicas, detector, tentative, now } = this.#options;
    const groups = replicas.all.map(statusOf);
    return {
      node: self,
      incarnation,
      uptimeMs: now() * limits.tickMs,
      groups,
      peers: this.#peers(),
      keys: groups.reduce((sum, group) => sum + group.keys, 0),
      leads: groups.filter((group) => group.group !== 0 && group.role === 'leader').length,
      pendingOneWrites: tentative.pendingWrites,
      conflicts: replicas.all.reduce((sum, replica) => sum + conflictsOf(replica), 0),
      localHealth: detector.localHealth,
      counters: this.#options.counters(),
    };
  }

  #peers(): PeerStatus[] {
    const { liveness, detector } = this.#options;
    const beliefs = detector.beliefs();
    return liveness.peers.map((node) => {
      const belief = beliefs.get(node);
      return {
        node,
        connected: liveness.connected(node),
        silentMs: liveness.silentTicks(node) * limits.tickMs,
        belief: belief?.state ?? 'unknown',
        phi: belief?.phi ?? 0,
      };
    });
  }

  topology(): Topology {
    const { replicas } = this.#options;
    const row = replicas.controlRow;
    const placement = row?.placement ?? [];
    const groups = placement.map((row) => ({ replicas: row, leader: null as NodeId | null }));
    for (const replica of replicas.all) {
      if (replica.retiredTo !== null) continue;
      const { leader } = replica.raft;
      groups[replica.group] = { replicas: replica.voters, leader };
    }
    return { members: row?.members ?? [], partitions: row?.settings.partitions ?? 0, groups };
  }

  #control(): Result {
    const { control, controlRow: row } = this.#options.replicas;
    if (control !== undefined && row !== null) {
      return { kind: 'control', index: control.appliedIndex, row };
    }
    const message = 'this node has not heard of the control group yet';
    return refuse({ reason: 'unavailable', effect: 'none', message, reach: nowhere });
  }

  hashes(): readonly ReplicaHash[] {
    return this.#options.replicas.all.flatMap(({ group, machine, appliedIndex }) =>
      machine.kind === 'data' ? [{ group, appliedIndex, hash: machine.partition.hash() }] : [],
    );
  }
}

function statusOf(replica: Replica): GroupStatus {
  const view = replica.raft.view();
  return {
    group: replica.group,
    role: view.role,
    term: view.term,
    leader: view.leader,
    lastIndex: view.lastIndex,
    commitIndex: view.commitIndex,
    appliedIndex: replica.appliedIndex,
    voters: view.configuration.voters,
    learners: view.configuration.learners,
    keys: replica.machine.kind === 'data' ? replica.machine.partition.keys : 0,
  };
}

function conflictsOf({ machine }: Replica): number {
  return machine.kind === 'data' ? machine.partition.conflicts : 0;
}
