// One question of the operator, asked until somebody who may answers it: the leader of the control
// group moves, frames are lost, a partition has no leader. The same question may arrive several
// times, and an answer to any of them is the answer.

import type { NodeId } from '../../core/model/ids.ts';
import type { Operation, Refusal, Result } from '../../core/model/operation.ts';
import type { Random } from '../../core/model/random.ts';
import type { Link } from './link.ts';

export interface QuestionOptions {
  readonly operation: Operation;
  readonly link: Link;
  readonly random: Random;
  /** An answer, or a refusal that asking again would not change. */
  readonly onAnswer: (result: Result) => void;
}

/** Asked again, the answer may be another. */
const passing: readonly Refusal['reason'][] = [
  'not-leader',
  'unavailable',
  'overloaded',
  'timeout',
  'stopping',
  'feature-missing',
];
const patienceTicks = { least: 30, most: 150 } as const;
const pauseTicks = { least: 2, most: 60 } as const;
/** Share of questions that arrive at two nodes at once. */
const twinShare = 0.15;

export class Question {
  readonly #options: QuestionOptions;
  #retryAt = 0;
  #givesUpAt = 0;
  /** Whom the last attempt went to; null between attempts. */
  #asked: NodeId | null = null;
  #answered = false;
  #now = 0;

  constructor(options: QuestionOptions) {
    this.#options = options;
  }

  onTick(now: number): void {
    this.#now = now;
    if (this.#answered) return;
    if (this.#asked !== null && now >= this.#givesUpAt) {
      this.#options.link.doubt(this.#asked);
      this.#pause();
    }
    if (this.#asked === null && now >= this.#retryAt) this.#ask();
  }

  #ask(): void {
    const { link, random } = this.#options;
    const node = link.choose(random);
    if (node === null) return;
    const timeoutTicks = random.between(patienceTicks.least, patienceTicks.most);
    this.#asked = node;
    this.#givesUpAt = this.#now + timeoutTicks;
    this.#send(node, timeoutTicks);
    const other = random.chance(twinShare) ? link.choose(random) : null;
    if (other !== null) this.#send(other, timeoutTicks);
  }

  #send(node: NodeId, timeoutTicks: number): void {
    const { link, operation, random } = this.#options;
    const forward = random.chance(0.3);
    link.ask({ operation, node, forward, timeoutTicks, onResult: (r) => this.#onResult(node, r) });
  }

  #onResult(node: NodeId, result: Result): void {
    if (this.#answered) return;
    if (result.kind !== 'refused' || !passing.includes(result.refusal.reason)) {
      this.#answered = true;
      this.#options.onAnswer(result);
      return;
    }
    if (node !== this.#asked) return;
    this.#pause();
    if (result.refusal.leader !== null) this.#retryAt = this.#now + 1;
  }

  #pause(): void {
    this.#asked = null;
    const { least, most } = pauseTicks;
    this.#retryAt = this.#now + this.#options.random.between(least, most);
  }
}
