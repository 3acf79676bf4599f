// Every error that a caller of the library may get, made in one place: what was asked, what was
// found, what to do next, and honestly whether the write may still take effect.

import type { NodeId } from '../core/model/ids.ts';
import type { Refusal } from '../core/model/operation.ts';
import { majority } from '../core/model/quorum.ts';
import type { ErrorCode } from '../errors.ts';
import { DsysError } from '../errors.ts';
import type { Call } from './call.ts';
import { isAdministration, isWrite, mayHaveEffect, verbOf } from './call.ts';
import type { Fault } from './connection.ts';

/** What is known of the nodes that could have answered. */
export type Faults = ReadonlyMap<
  NodeId,
  { readonly address: string; readonly fault: Fault | null }
>;

/** The level cannot be reached: too few replicas, as the node that refused sees it. */
export function unavailable(call: Call, refusal: Refusal): DsysError {
  const { replicas, reachable } = refusal;
  const needed = neededOf(call, replicas.length);
  const missing = replicas.filter((node) => !reachable.includes(node));
  return new DsysError({
    code: 'unavailable',
    message:
      `${taskOf(call)} needs ${needed} of ${replicas.length} replicas of ${partitionOf(call)}, ` +
      `only ${reachable.length} ${reachable.length === 1 ? 'is' : 'are'} reachable (${listOf(reachable)})`,
    hint: `start a node: dsys start ${missing[0] ?? 'NODE'}${waysAround(call, refusal)}`,
    details: { needed, replicas, reachable, partition: call.group },
  });
}

/** Enough replicas are there, but none of them leads, and the time is over. */
function leaderless(call: Call, refusal: Refusal): DsysError {
  return new DsysError({
    code: 'unavailable',
    message:
      `${taskOf(call)} found no leader of ${partitionOf(call)} in ${call.timeoutMs} ms: ` +
      refusal.message,
    hint: 'an election takes less than a second: try again, or see dsys status --view raft',
    details: { replicas: refusal.replicas, reachable: refusal.reachable, partition: call.group },
  });
}

/** The deadline passed. */
export function expired(call: Call, faults: Faults): DsysError {
  const refusal = call.lastRefusal;
  if (mayHaveEffect(call)) {
    const said = refusal?.reason === 'timeout' ? `: ${refusal.message}` : '';
    return outcomeUnknown(call, `no answer came in ${call.timeoutMs} ms${said}`);
  }
  if (call.attempt?.sent !== true && refusal !== null) {
    if (lacksReplicas(call, refusal)) return unavailable(call, refusal);
    if (refusal.reason === 'not-leader') return leaderless(call, refusal);
    if (refusal.reason === 'overloaded') return refused(call, refusal);
  }
  if (call.attempt === null && refusal === null) return nobodyAnswers(call, faults);
  return new DsysError({
    code: 'timeout',
    message: `${taskOf(call)} got no answer${atNode(call, 'from')} in ${call.timeoutMs} ms`,
    hint: 'see dsys status, or allow more time: --timeout 5s',
    details: { timeoutMs: call.timeoutMs },
  });
}

/** It was sent, and nobody can say what became of it. */
export function outcomeUnknown(call: Call, why: string): DsysError {
  return new DsysError({
    code: 'outcome-unknown',
    outcome: 'unknown',
    message: `${taskOf(call)} was sent${atNode(call, 'to')}, but ${why}: it may take effect, now or later`,
    hint: isAdministration(call)
      ? 'ask again: what is done is not done twice'
      : 'read the key before writing it again',
    details: { key: keyOf(call), seq: call.session?.seq ?? null },
  });
}

/** No node that could answer is reachable. */
export function nobodyAnswers(call: Call, faults: Faults): DsysError {
  for (const [node, { address, fault }] of faults) {
    if (fault !== null && fault in lastingFaults) return lastingFault(node, address, fault);
  }
  if (call.pin !== null)
    return new DsysError({
      code: 'not-running',
      message: `${call.pin} does not answer at ${faults.get(call.pin)?.address ?? 'its address'}`,
      hint: `see dsys status, or start it: dsys start ${call.pin}`,
    });
  const list = [...faults].map(([node, { address }]) => `${node} ${address}`).join(', ');
  return new DsysError({
    code: 'not-running',
    message: `${taskOf(call)} found no running node: nobody listens at ${list}`,
    hint: 'start the cluster: dsys up',
    details: { nodes: [...faults.keys()] },
  });
}

const lastingFaults: Readonly<
  Partial<Record<Fault, { code: ErrorCode; what: string; hint: string }>>
> = {
  'key-refused': {
    code: 'unauthorized',
    what: 'does not accept the key of this client',
    hint: 'use the keys of this cluster: keys/client.json beside its cluster.json',
  },
  'wrong-node': {
    code: 'unauthorized',
    what: 'broke off the handshake: it is not the node whose key cluster.json holds',
    hint: 'see who listens there: dsys doctor',
  },
  'protocol-mismatch': {
    code: 'protocol-mismatch',
    what: 'speaks another version of the protocol than this client',
    hint: 'use the dsys that started the cluster, or restart its nodes with this one',
  },
};

function lastingFault(node: NodeId, address: string, fault: Fault): DsysError {
  const facts = lastingFaults[fault];
  return new DsysError({
    code: facts?.code ?? 'internal',
    message: `${node} at ${address} ${facts?.what ?? fault}`,
    hint: facts?.hint ?? '',
    details: { node, address },
  });
}

/** The client was closed while the call was open. */
export function closed(call: Call): DsysError {
  if (mayHaveEffect(call))
    return outcomeUnknown(call, 'the client was closed before an answer came');
  return new DsysError({
    code: 'interrupted',
    message: `${taskOf(call)} was given up: the client was closed`,
    hint: 'await all operations before close()',
  });
}

const codes: Readonly<Partial<Record<Refusal['reason'], ErrorCode>>> = {
  overloaded: 'overloaded',
  'condition-failed': 'condition-failed',
  'not-a-number': 'not-a-number',
  'session-expired': 'session-expired',
  timeout: 'timeout',
  'not-at-all': 'not-at-all',
  invalid: 'invalid-argument',
  'clock-ahead': 'clock-ahead',
  'member-exists': 'already-exists',
  'member-unknown': 'node-not-found',
  'member-needed': 'member-needed',
  'feature-missing': 'feature-missing',
};

const hints: Readonly<Partial<Record<Refusal['reason'], string>>> = {
  overloaded: 'nothing was done: send less at once, or try again later',
  'condition-failed': 'read the key again, and decide with its new version',
  'not-a-number': 'see what it holds with get; put a whole number to begin counting',
  invalid: 'correct the request',
  'session-expired': 'read the key before writing it again',
  'not-at-all': 'the write is committed and will reach the missing replicas when they return',
  'clock-ahead': 'set the clock of this machine',
  'member-exists': 'choose another name',
  'member-unknown': 'dsys status lists the nodes',
  'feature-missing': 'wait until every node runs the same version of dsys',
};

/** A node said no, and that is the answer. */
export function refused(call: Call, refusal: Refusal): DsysError {
  const { reason, effect, message, version, replicas, missing } = refusal;
  const committed = effect === 'committed';
  const acks = committed ? { acks: replicas.filter((node) => !missing.includes(node)) } : {};
  return new DsysError({
    code: codes[reason] ?? 'unavailable',
    message: `${taskOf(call)}: ${message}`,
    hint: hints[reason] ?? '',
    outcome: effect === 'none' ? 'failed' : 'unknown',
    details: { key: keyOf(call), version, missing, committed, ...acks },
  });
}

/** True when the refusing node reaches fewer replicas than the level needs. */
export function lacksReplicas(call: Call, { replicas, reachable }: Refusal): boolean {
  return replicas.length > 0 && reachable.length < neededOf(call, replicas.length);
}

function neededOf({ consistency }: Call, replicas: number): number {
  if (consistency === 'one') return 1;
  return consistency === 'all' ? replicas : majority(replicas);
}

const taskOf = (call: Call): string =>
  isAdministration(call) ? verbOf(call) : `${verbOf(call)} at ${call.consistency}`;

const atNode = ({ attempt, pin }: Call, preposition: 'to' | 'from'): string => {
  const node = attempt?.connection.node ?? pin;
  return node === null ? '' : ` ${preposition} ${node}`;
};

const partitionOf = ({ group }: Call): string =>
  group === null ? 'the partition' : group === 0 ? 'the control group' : `partition ${group}`;

const keyOf = ({ operation }: Call): string | null => ('key' in operation ? operation.key : null);

const listOf = (nodes: readonly NodeId[]): string =>
  nodes.length === 0 ? 'none' : nodes.join(', ');

const waysAround = (call: Call, { replicas, reachable }: Refusal): string => {
  if (call.operation.kind === 'scan' || isAdministration(call)) return '';
  if (call.consistency === 'all' && reachable.length >= majority(replicas.length))
    return ' — or use --consistency quorum';
  if (reachable.length === 0 || call.operation.kind === 'increment') return '';
  return ` — or ${isWrite(call) ? 'write' : 'read'} with --consistency one`;
};
