// What a node tells about itself and its cluster, as positional lists: status, topology, hashes of
// states.

import type {
  GroupStatus,
  NodeStatus,
  PeerStatus,
  ReplicaHash,
  Topology,
} from '../core/model/operation.ts';
import {
  type Fields,
  groupsMax,
  listReader,
  membersMax,
  readCount,
  readFields,
  readFlag,
  readGroup,
  readIncarnation,
  readIndex,
  readNode,
  readNodes,
  readOptional,
  readTerm,
  readText,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { memberFields, readMembers } from './member.ts';
import { beliefNumbers, roleNumbers, wordReader } from './numbers.ts';

const readBelief = wordReader(beliefNumbers, 'belief');
const readRole = wordReader(roleNumbers, 'role');
const countersMax = 1024;
const counterNameBytesMax = 128;
const hashForm = /^[0-9a-f]{1,64}$/;

const readGroups = listReader('groups', groupsMax, readGroupStatus);
const readPeers = listReader('peers', membersMax, readPeerStatus);
const readCounters = listReader('counters', countersMax, readCounter);
const readRoutes = listReader('routes', groupsMax, readRoute);
export const readHashes = listReader('hashes', groupsMax, readHash);

export function statusFields(status: NodeStatus): Fields {
  return [
    status.node,
    status.incarnation,
    status.uptimeMs,
    status.groups.map(groupStatusFields),
    status.peers.map((peer) => [
      peer.node,
      peer.connected,
      peer.silentMs,
      beliefNumbers[peer.belief],
      peer.phi,
    ]),
    status.keys,
    status.leads,
    status.pendingOneWrites,
    status.conflicts,
    Object.entries(status.counters),
    status.localHealth,
  ];
}

export function readStatus(value: unknown): NodeStatus {
  const fields = readFields(value, 10, 'status');
  return {
    node: readNode(fields[0]),
    incarnation: readIncarnation(fields[1]),
    uptimeMs: readMs(fields[2]),
    groups: readGroups(fields[3]),
    peers: readPeers(fields[4]),
    keys: readCount(fields[5], 'keys'),
    leads: readCount(fields[6], 'leads'),
    pendingOneWrites: readCount(fields[7], 'pendingOneWrites'),
    conflicts: readCount(fields[8], 'conflicts'),
    counters: Object.fromEntries(readCounters(fields[9])),
    // Nodes of the first protocol version have no failure detector.
    localHealth: readOptional(fields[10], readHealth) ?? 0,
  };
}

function readCounter(value: unknown): [string, number] {
  const fields = readFields(value, 2, 'counter');
  return [readText(fields[0], counterNameBytesMax, 'counter'), readCount(fields[1], 'counter')];
}

/** A duration that a clock measured: not always whole. */
function readMs(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  return malformed('duration', 'milliseconds from 0', value);
}

function readPhi(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  return malformed('phi', 'a number from 0', value);
}

function readHealth(value: unknown): number {
  return readCount(value, 'localHealth');
}

function groupStatusFields(status: GroupStatus): Fields {
  return [
    status.group,
    roleNumbers[status.role],
    status.term,
    status.leader,
    status.lastIndex,
    status.commitIndex,
    status.appliedIndex,
    status.voters,
    status.learners,
    status.keys,
  ];
}

function readGroupStatus(value: unknown): GroupStatus {
  const fields = readFields(value, 10, 'group status');
  return {
    group: readGroup(fields[0]),
    role: readRole(fields[1]),
    term: readTerm(fields[2]),
    leader: readOptional(fields[3], readNode),
    lastIndex: readIndex(fields[4]),
    commitIndex: readIndex(fields[5]),
    appliedIndex: readIndex(fields[6]),
    voters: readNodes(fields[7]),
    learners: readNodes(fields[8]),
    keys: readCount(fields[9], 'keys'),
  };
}

function readPeerStatus(value: unknown): PeerStatus {
  const fields = readFields(value, 3, 'peer status');
  return {
    node: readNode(fields[0]),
    connected: readFlag(fields[1], 'connected'),
    silentMs: readMs(fields[2]),
    belief: readOptional(fields[3], readBelief) ?? 'unknown',
    phi: readOptional(fields[4], readPhi) ?? 0,
  };
}

export function topologyFields(topology: Topology): Fields {
  return [
    topology.members.map(memberFields),
    topology.partitions,
    topology.groups.map(({ replicas, leader }) => [replicas, leader]),
  ];
}

export function readTopology(value: unknown): Topology {
  const fields = readFields(value, 3, 'topology');
  return {
    members: readMembers(fields[0]),
    partitions: readCount(fields[1], 'partitions'),
    groups: readRoutes(fields[2]),
  };
}

function readRoute(value: unknown): Topology['groups'][number] {
  const fields = readFields(value, 2, 'route');
  return { replicas: readNodes(fields[0]), leader: readOptional(fields[1], readNode) };
}

export function hashesFields(hashes: readonly ReplicaHash[]): Fields {
  return hashes.map(({ group, appliedIndex, hash }) => [group, appliedIndex, hash]);
}

function readHash(value: unknown): ReplicaHash {
  const fields = readFields(value, 3, 'hash');
  const hash = fields[2];
  if (typeof hash !== 'string' || !hashForm.test(hash)) {
    return malformed('hash', 'hexadecimal digits', hash);
  }
  return { group: readGroup(fields[0]), appliedIndex: readIndex(fields[1]), hash };
}
