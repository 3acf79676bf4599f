// A client's write is executed at most once, however often it comes (thesis, section 6.3): an entry
// that repeats an executed write changes nothing, and every answer to the same write is the same.

import type { GroupId, NodeId } from '../../core/model/ids.ts';
import type { Result } from '../../core/model/operation.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Commits } from './commits.ts';
import { sessionName } from './entry-content.ts';
import { Repeats } from './repeats.ts';
import type { Asked, Invariant, ReplicaView, ViewChange } from './watch.ts';

interface Answer {
  readonly index: number;
  readonly number: number | null;
  readonly via: NodeId;
}

export class ExactlyOnce implements Invariant {
  readonly #repeats: Repeats;
  readonly #answers = new Map<string, Answer>();
  /** Writes that the log executed and refused: they stand in it, without effect. */
  readonly #refused = new Set<string>();
  readonly #commits: Commits;

  constructor(commits: Commits) {
    this.#commits = commits;
    this.#repeats = new Repeats(commits, ({ payload }) => {
      if (payload.kind !== 'command' || payload.command.kind !== 'write') return null;
      const { session, operation } = payload.command;
      return { name: sessionName(session), key: operation.key };
    });
  }

  /** Where the write stands in its group's log; undefined: it was never committed. */
  indexOf(group: GroupId, session: string): number | undefined {
    return this.#repeats.firstOf(group, session);
  }

  /** True: the log refused the write (a condition, a value that is no number), as somebody said. */
  wasRefused(session: string): boolean {
    return this.#refused.has(session);
  }

  get repeated(): number {
    return this.#repeats.count;
  }

  onView(machine: MachineView, replica: ReplicaView, change: ViewChange): void {
    const twice = this.#repeats.effectOn(replica, change);
    if (twice === null) return;
    const { name, key, first, again } = twice;
    throw new Violation(
      'session-exactly-once',
      `group ${replica.group}: ${machine.name} executed ${name} (${key}) at index ${again}, ` +
        `although it is at index ${first} already`,
    );
  }

  onAnswer(machine: MachineView, { request, group }: Asked, result: Result): void {
    const { session, consistency } = request;
    if (session !== null && isRefusedByLog(result)) this.#refused.add(sessionName(session));
    if (result.kind !== 'written' || session === null || group === null) return;
    if (consistency === 'one') return;
    const name = sessionName(session);
    const { index } = result.version;
    const answer: Answer = { index, number: result.number, via: machine.name };
    const known = this.#answers.get(name);
    if (known === undefined) {
      this.#checkCommitted(group, name, answer);
      this.#answers.set(name, answer);
    } else if (known.index !== answer.index || known.number !== answer.number) {
      throw new Violation(
        'session-exactly-once',
        `${known.via} answered ${name} with index ${known.index} (${known.number ?? 'no number'}), ` +
          `${answer.via} with index ${index} (${answer.number ?? 'no number'})`,
      );
    }
  }

  /** Acknowledged means committed, in the log, as this very write. */
  #checkCommitted(group: GroupId, name: string, { index, via }: Answer): void {
    const committed = this.#commits.of(group).at(index);
    const payload = committed?.entry.payload;
    const isIt =
      payload?.kind === 'command' &&
      payload.command.kind === 'write' &&
      sessionName(payload.command.session) === name;
    if (isIt) return;
    const found = committed === undefined ? 'nothing committed' : 'another entry';
    const facts = `${via} acknowledged ${name} at index ${index} of group ${group}: ${found} is there`;
    throw new Violation('durability', facts);
  }
}

function isRefusedByLog(result: Result): boolean {
  if (result.kind !== 'refused') return false;
  const { reason } = result.refusal;
  return reason === 'condition-failed' || reason === 'not-a-number';
}
