// The story of a run in words: what struck, who started and ended, who led, what was answered. An
// observer that keeps what it sees; when the run has failed, the last lines that have to do with the
// failure are told.

import type { GroupId } from '../core/model/ids.ts';
import type { Operation, Request, Result } from '../core/model/operation.ts';
import type { Recovered } from '../core/model/records.ts';
import type { RaftView } from '../core/raft/contract.ts';
import { wordsOf } from '../faults/wording.ts';
import { groupOfKey } from '../wire/key-hash.ts';
import type { Asked, Invariant, ReplicaView, ViewChange } from './invariants/watch.ts';
import { Watch } from './invariants/watch.ts';
import type { End, MachineView, Observer } from './observation.ts';
import type { Failure } from './outcome.ts';
import type { Plan, PlannedFault } from './plan.ts';
import { textOf } from './workload/values.ts';

/** One thing that happened. */
interface Scene {
  readonly tick: number;
  /** null: it concerns every group. */
  readonly group: number | null;
  readonly words: string;
}

/** More is a transcript: that is what a trace is for. */
const linesMax = 40;
/** What is older than so many scenes is forgotten. */
const scenesMax = 20_000;

export class Storyteller implements Invariant {
  readonly #plan: Plan;
  readonly #watch: Watch;
  #scenes: Scene[] = [];
  #forgotten = 0;
  /** The tick that is under way: the engine tells when one is over. */
  #now = 1;

  constructor(plan: Plan) {
    this.#plan = plan;
    const { partitions } = plan;
    this.#watch = new Watch({ partitions, committed: () => 0, invariants: [this] });
  }

  /** What a run must be given for its story to be told. */
  get observer(): Observer {
    return this.#watch;
  }

  /** The last lines, the failure not among them. */
  tell(failure: Failure): readonly string[] {
    const groups = groupsOf(failure, this.#plan);
    const telling = this.#scenes.filter(
      ({ group }) => group === null || groups.size === 0 || groups.has(group),
    );
    const left = telling.length - linesMax + this.#forgotten;
    const lines = telling.slice(-linesMax).map(lineOf);
    return left > 0 ? [`      …  ${left} earlier`, ...lines] : lines;
  }

  onTick(tick: number): void {
    this.#now = tick + 1;
  }

  onFault({ fault }: PlannedFault, phase: 'start' | 'end'): void {
    this.#add(null, phase === 'start' ? `fault: ${wordsOf(fault)}` : `over: ${wordsOf(fault)}`);
  }

  onBirth({ name, incarnation }: MachineView, { groups }: Recovered): void {
    const entries = groups.reduce((sum, group) => sum + group.entries.length, 0);
    const found = incarnation === 1 ? 'for the first time' : `again, with ${entries} entries`;
    this.#add(null, `${name} starts ${found}`);
  }

  onEnd({ name }: MachineView, how: End): void {
    this.#add(null, `${name} ${endings[how]}`);
  }

  onRefused({ name, refusal }: MachineView): void {
    this.#add(null, `${name} refuses to start: ${refusal}`);
  }

  onCalm(): void {
    this.#add(null, 'the storm is over: faults end, links heal, what may start is started');
  }

  onView({ name }: MachineView, { group }: ReplicaView, { before, now }: ViewChange): void {
    if (before === null) return;
    const where = `group ${group}`;
    if (before.role !== now.role) {
      const words = roleWords(before.role, now.role);
      if (words !== null) this.#add(group, `${name} ${words} ${where}, term ${now.term}`);
    }
    if (now.start.index > before.commitIndex) {
      this.#add(group, `${name} takes a snapshot of ${where} up to ${now.start.index}`);
    }
    if (now.role === 'leader' && now.configurationIndex !== before.configurationIndex) {
      this.#add(group, `${name} makes ${configurationWords(now)} the members of ${where}`);
    }
    if (now.lastIndex < before.lastIndex) {
      const range = `${now.lastIndex + 1}–${before.lastIndex}`;
      this.#add(group, `${name} drops entries ${range} of ${where}`);
    }
  }

  onBorn({ name }: MachineView, { group }: ReplicaView): void {
    this.#add(group, `${name} begins a replica of group ${group}`);
  }

  onDropped({ name }: MachineView, group: GroupId): void {
    this.#add(group, `${name} drops its replica of group ${group}`);
  }

  onAnswer({ name }: MachineView, { request, group }: Asked, result: Result): void {
    if (isTurnedAway(result)) return;
    const isOfCluster = adminKinds.includes(request.operation.kind);
    if (group === null && !isOfCluster) return;
    this.#add(group, `${name} answers ${requestWords(request)}: ${resultWords(result)}`);
  }

  #add(group: GroupId | null, words: string): void {
    this.#scenes.push({ tick: this.#now, group, words });
    if (this.#scenes.length <= 2 * scenesMax) return;
    this.#forgotten += this.#scenes.length - scenesMax;
    this.#scenes = this.#scenes.slice(-scenesMax);
  }
}

/** Sent elsewhere or to come again: nothing happened, and it happens all the time. */
function isTurnedAway(result: Result): boolean {
  if (result.kind !== 'refused') return false;
  return ['not-leader', 'unavailable', 'overloaded', 'stopping'].includes(result.refusal.reason);
}

const endings: Readonly<Record<End, string>> = {
  kill: 'dies',
  stop: 'stops',
  fatal: 'gives up, because its disk failed it',
  removed: 'ends: it was told that it is no member any more',
};

const adminKinds: readonly Operation['kind'][] = ['join', 'leave', 'configure'];

function configurationWords({ configuration, configurationIndex }: RaftView): string {
  const { voters, votersOutgoing, learners } = configuration;
  const outgoing = votersOutgoing.length > 0 ? ` (with ${votersOutgoing.join(' ')})` : '';
  const learning = learners.length > 0 ? `, learners ${learners.join(' ')}` : '';
  return `${voters.join(' ')}${outgoing}${learning} (${configurationIndex})`;
}

function lineOf({ tick, words }: Scene): string {
  return `${String(tick).padStart(7)}  ${words}`;
}

function roleWords(before: string, now: string): string | null {
  if (now === 'leader') return 'leads';
  if (before === 'leader') return 'no longer leads';
  return now === 'candidate' ? 'asks for votes in' : null;
}

/** The groups that the failure speaks of, by number or by one of their keys; none: all. */
function groupsOf({ message }: Failure, { operations, partitions }: Plan): ReadonlySet<number> {
  const numbers = [...message.matchAll(/\bgroup (\d+)/g)].map(([, number]) => Number(number));
  const words = new Set(message.split(/[^\w-]+/));
  const keys = operations.map(({ key }) => key).filter((key) => words.has(key));
  return new Set<number>([...numbers, ...keys.map((key) => groupOfKey(key, partitions))]);
}

function requestWords({ operation, consistency, session }: Request): string {
  const writer = session === null ? '' : ` of ${session.clientId}/${session.seq}`;
  return `${operationWords(operation)} at ${consistency}${writer}`;
}

function operationWords(operation: Operation): string {
  switch (operation.kind) {
    case 'put': {
      const { key, value, ifVersion } = operation;
      const condition = ifVersion === null ? '' : ` if version ${ifVersion}`;
      return `put ${key} ${textOf(value)}${condition}`;
    }
    case 'increment':
      return `increment ${operation.key} by ${operation.delta}`;
    case 'scan':
      return `scan ${operation.prefix}*`;
    case 'join':
      return `join ${operation.member.node} ${operation.member.storageId}`;
    case 'leave':
      return `leave ${operation.node}, ${operation.how}${operation.force ? ', forced' : ''}`;
    default:
      return 'key' in operation ? `${operation.kind} ${operation.key}` : operation.kind;
  }
}

function resultWords(result: Result): string {
  switch (result.kind) {
    case 'written':
      return `written at ${result.version.index}${result.number === null ? '' : ` → ${result.number}`}`;
    case 'read':
      return result.value === null ? 'absent' : `${textOf(result.value)}`;
    case 'scanned':
      return `${result.entries.length} keys`;
    case 'refused':
      return `refused, ${result.refusal.reason}, effect ${result.refusal.effect}`;
    default:
      return result.kind;
  }
}
