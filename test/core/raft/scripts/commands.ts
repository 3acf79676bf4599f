// The commands of the scripts, and what each means to our machine. Where our machine has no such
// input, or always does what etcd has an option for, the translation stands here, with its reason,
// and nowhere else.

import { type NodeId, nodeId } from '../../../../src/core/model/ids.ts';
import { limits } from '../../../../src/core/model/limits.ts';
import type { RaftMessage } from '../../../../src/core/raft/messages.ts';
import type { Raft } from '../../../../src/core/raft/raft.ts';
import { command } from '../cluster.ts';
import type { Group } from './group.ts';
import { wordEntry } from './messages.ts';
import type { Step } from './script.ts';

/** Of the group that a script makes. */
export interface Scene {
  readonly group: Group;
  /** True: a leader in force is protected by its followers' leases. */
  leases: boolean;
  level: string;
}

type Directive = Pick<Step, 'text' | 'command' | 'words' | 'options' | 'input'>;

/** etcd's election timeout is 3 of its ticks, and a heartbeat comes with each. */
const electionTicks = limits.electionTicksMin;
const followerTicks = electionTicks / 3;

export function run(scene: Scene, directive: Directive): void {
  const act = commands[directive.command];
  if (act === undefined) throw new Error(`an unknown command: ${directive.text}`);
  act(scene, directive);
}

const each =
  (act: (group: Group, name: string) => void) =>
  ({ group }: Scene, { words }: Directive): void => {
    for (const name of words) act(group, name);
  };

const commands: Readonly<Record<string, (scene: Scene, directive: Directive) => void>> = {
  'log-level': (scene, { words }) => {
    scene.level = words[0] ?? '';
  },
  'add-nodes': addNodes,
  campaign,
  propose: ({ group }, { words: [name = '', text = ''] }) => {
    const result = group.on(name, (raft) => raft.propose(command(text), 10));
    if (result.kind !== 'proposed') throw new Error(`not proposed: ${result.kind}`);
  },
  'propose-conf-change': proposeChange,
  'process-ready': each((group, name) => group.processReady(name)),
  'process-append-thread': each((group, name) => group.processAppend(name)),
  'process-apply-thread': each((group, name) => group.processApply(name)),
  'deliver-msgs': deliver,
  stabilize: ({ group }, { words }) => {
    group.stabilize(words.length > 0 ? words : [...group.seats.keys()]);
  },
  'tick-heartbeat': (scene, { words: [name = ''] }) => {
    const leads = scene.group.seat(name).raft.isLeader;
    ticks(scene, name, leads ? limits.heartbeatTicks : followerTicks);
  },
  'tick-election': (scene, { words: [name = ''] }) => ticks(scene, name, electionTicks),
  // Every draw is the longest (seat.ts).
  'set-randomized-election-timeout': () => {},
  'forget-leader': ({ group }, { words: [name = ''] }) => waiveLease(group, name),
  // Half of a broken connection: it may come back, and the member be heard, at any time.
  'report-unreachable': ({ group }, { words: [name = '', peer = ''] }) => {
    group.on(name, (raft) => raft.onPeerDown(nodeId(peer)));
  },
  compact: ({ group }, { words: [name = '', index = ''] }) => {
    group.compact(name, Number(index));
    printLog(group, name);
  },
  'send-snapshot': sendSnapshot,
  status: ({ group }, { words: [name = ''] }) => printStatus(group, name),
  'raft-state': ({ group }) => printStates(group),
  'raft-log': ({ group }, { words: [name = ''] }) => printLog(group, name),
  // Ours: the connection came back (deviations.ts).
  'peer-up': ({ group }, { words: [name = '', peer = ''] }) => {
    group.on(name, (raft) => raft.onPeerUp(nodeId(peer)));
  },
};

const knownOptions = new Set([
  'voters',
  'learners',
  'index',
  'inflight',
  'prevote',
  'checkquorum',
  'async-storage-writes',
  // Reads rest on a round of heartbeats here, never on a lease.
  'read-only',
  // A removed leader always steps down; what asks for other things is not played (deviations.ts).
  'step-down-on-removal',
  'disable-conf-change-validation',
  'max-committed-size-per-ready',
]);

function addNodes(scene: Scene, { words, options }: Directive): void {
  for (const option of options.keys()) {
    if (!knownOptions.has(option)) throw new Error(`an unknown option: ${option}`);
  }
  const { group } = scene;
  const names = (option: string) => (options.get(option) ?? []).map(nodeId).sort();
  const isOn = (option: string) => options.get(option)?.[0] === 'true';
  if (group.seats.size === 0) {
    group.asyncWrites = isOn('async-storage-writes');
    group.polls = isOn('prevote');
    scene.leases = isOn('checkquorum');
  }
  for (let i = 0; i < Number(words[0]); i++) {
    group.add({
      name: nodeId(String(group.seats.size + 1)),
      configuration: { voters: names('voters'), votersOutgoing: [], learners: names('learners') },
      index: Number(options.get('index')?.[0] ?? 0),
      appendsInFlightMax: Number(options.get('inflight')?.[0] ?? limits.appendsInFlightMax),
    });
  }
}

const standings = { v: 'voter', l: 'learner', r: 'removed' } as const;

/** `v2 r3`, on the line below or, in a detour, behind `to`. What becomes joint is left by itself. */
function proposeChange(
  { group }: Scene,
  { words: [name = '', ...detour], input }: Directive,
): void {
  const changes = [...detour, ...input.flatMap((line) => line.split(' '))].map((word) => {
    const to = standings[word[0] as keyof typeof standings];
    if (to === undefined) throw new Error(`an unknown change: ${word}`);
    return { node: nodeId(word.slice(1)), to };
  });
  const result = group.on(name, (raft) => raft.proposeConfiguration(changes));
  if (result.kind !== 'proposed') throw new Error(`not proposed: ${JSON.stringify(result)}`);
}

/**
 * Without PreVote and CheckQuorum a campaign cannot be denied for the sake of the leader: that is a
 * transfer here. With PreVote alone the leases of the others are waived.
 */
function campaign(scene: Scene, { words: [name = ''] }: Directive): void {
  const { group, leases } = scene;
  if (!leases && !group.polls) {
    const { term } = group.seat(name).raft;
    group.on(name, (raft) => raft.step(stranger, { kind: 'timeout-now', term }));
    return;
  }
  if (!leases) waiveOtherLeases(group, name);
  group.on(name, (raft) => raft.campaign());
}

/** Nobody asks who said TimeoutNow; its term tells that it was the leader. */
const stranger = nodeId('0');

function waiveOtherLeases(group: Group, name: string): void {
  for (const other of group.seats.keys()) if (other !== name) waiveLease(group, other);
}

/** The connection to the leader broke and came back: the leader is known, its lease is waived. */
function waiveLease(group: Group, name: string): void {
  const { leader, isLeader } = group.seat(name).raft;
  if (leader === null || isLeader) return;
  group.on(name, (raft) => {
    raft.onPeerDown(leader);
    raft.onPeerUp(leader);
  });
}

function ticks({ group, leases }: Scene, name: string, count: number): void {
  if (!leases) waiveOtherLeases(group, name);
  for (let i = 0; i < count; i++) group.on(name, (raft) => raft.tick());
}

const kinds: Readonly<Record<string, RaftMessage['kind']>> = { MsgApp: 'append' };

function deliver({ group }: Scene, { words, options }: Directive): void {
  const type = options.get('type')?.[0];
  const kind = type === undefined ? null : (kinds[type] ?? null);
  for (const to of words) group.deliver({ to: nodeId(to), dropped: false, kind });
  for (const to of options.get('drop') ?? []) {
    group.deliver({ to: nodeId(to), dropped: true, kind });
  }
}

/** A snapshot that the leader's bookkeeping does not know of. */
function sendSnapshot({ group }: Scene, { words: [name = '', to = ''] }: Directive): void {
  const seat = group.seat(name);
  const { point, chunks } = seat.snapshot();
  const { index, term: snapshotTerm, configuration } = point;
  const chunk = { chunk: 0, chunks: 1, rows: chunks[0] ?? [] };
  const snapshot = { index, snapshotTerm, configuration, ...chunk };
  const message = { kind: 'install-snapshot', term: seat.raft.term, ...snapshot } as const;
  group.post({ from: seat.name, to: nodeId(to), message });
}

const stateNames: Readonly<Record<string, string>> = {
  follower: 'StateFollower',
  learner: 'StateFollower',
  'pre-candidate': 'StatePreCandidate',
  candidate: 'StateCandidate',
  leader: 'StateLeader',
};

function printStates(group: Group): void {
  for (const { name, raft } of group.seats.values()) {
    const votes = isVoter(raft, name) ? 'Voter' : 'Non-Voter';
    const lead = raft.leader ?? '0';
    group.report.lines.push(
      `${name}: ${stateNames[raft.role]} (${votes}) Term:${raft.term} Lead:${lead}`,
    );
  }
}

function isVoter({ configuration }: Raft, name: NodeId): boolean {
  return [...configuration.voters, ...configuration.votersOutgoing].includes(name);
}

const modeNames = {
  probe: 'StateProbe',
  replicate: 'StateReplicate',
  snapshot: 'StateSnapshot',
} as const;

function printStatus(group: Group, name: string): void {
  for (const row of group.seat(name).raft.progressOf()) {
    const { node, mode, matchIndex, nextIndex, inFlight, paused } = row;
    const parts = [`${node}: ${modeNames[mode]} match=${matchIndex} next=${nextIndex}`];
    if (paused) parts.push('paused');
    if (mode === 'snapshot') parts.push(`pendingSnap=${nextIndex - 1}`);
    if (inFlight > 0) parts.push(`inflight=${inFlight}${paused ? '[full]' : ''}`);
    group.report.lines.push(parts.join(' '));
  }
}

/** What is on the disk. */
function printLog(group: Group, name: string): void {
  const { disk } = group.seat(name);
  const { index } = disk.start;
  const lines = disk.entries.map((entry) => wordEntry(entry).replace(' ', ' EntryNormal '));
  const empty = `log is empty: first index=${index + 1}, last index=${index}`;
  group.report.lines.push(...(lines.length > 0 ? lines : [empty]));
}
