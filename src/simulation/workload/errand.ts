// One planned operation on its way: a single request; or for cas and append a read, and then a write
// on the condition that the key is still at the version that was read; or for a scan a page after
// the other. Each request is recorded for itself.

import { assert } from '../../core/model/assert.ts';
import type { GroupId } from '../../core/model/ids.ts';
import { groupId, logIndex } from '../../core/model/ids.ts';
import type { Operation, Result, SessionRef, WriteOperation } from '../../core/model/operation.ts';
import type { Random } from '../../core/model/random.ts';
import type { VersionVector } from '../../core/model/version.ts';
import type { PlannedOperation } from '../plan.ts';
import type { Call, Ending } from './call.ts';
import type { Recorded, Recorder } from './recorder.ts';
import { bytesOf, textOf } from './values.ts';

/** What a client remembers of a key that it has read. */
export interface Seen {
  readonly text: string | null;
  /** 0: nothing was there. */
  readonly index: number;
  readonly context: VersionVector | null;
}

export interface ErrandOptions {
  readonly planned: PlannedOperation;
  readonly partitions: number;
  readonly groupOf: (key: string) => GroupId;
  /** Every key that any operation of the plan names, sorted. */
  readonly keys: readonly string[];
  readonly recorder: Recorder;
  /** The operation's own. */
  readonly random: Random;
  /** Of this client. */
  readonly memory: Map<string, Seen>;
  readonly newCall: (asked: {
    readonly operation: Operation;
    readonly group: GroupId;
    readonly session: SessionRef | null;
    readonly onEnd: (ending: Ending) => void;
  }) => Call;
  /** A write was acknowledged, or nobody knows: it may come once more, late. */
  readonly onWriteEnded: (operation: WriteOperation, group: GroupId, session: SessionRef) => void;
}

const pagesMax = 8;
/** Share of conditional writes that trust what the client read some time ago. */
const staleShare = 0.25;
/** Share of writes that name what their client has seen. */
const contextShare = 0.3;

export class Errand {
  readonly #options: ErrandOptions;
  /** The request under way; null: the errand is done, or waits for the name of its write. */
  call: Call | null = null;
  #done = false;
  /** What remains to be done once the client may begin another write. */
  #write: WriteOperation | null = null;
  #old: string | null = null;

  constructor(options: ErrandOptions) {
    this.#options = options;
  }

  get done(): boolean {
    return this.#done;
  }

  get planned(): PlannedOperation {
    return this.#options.planned;
  }

  /** A write that has no name yet. */
  get waitsForName(): boolean {
    return this.#write !== null;
  }

  start(tick: number): void {
    const { kind, key } = this.planned;
    switch (kind) {
      case 'read':
        this.#read(tick, () => this.#finish());
        return;
      case 'scan':
        this.#scan(tick, { after: null, page: 1 });
        return;
      case 'cas':
      case 'append':
        this.#readThenWrite(tick);
        return;
      default:
        this.#write = this.#plainWrite(key);
    }
  }

  /** The write is sent under this name. */
  beginWrite(session: SessionRef, tick: number): void {
    const operation = this.#write;
    assert(operation !== null, 'there is a write to begin');
    this.#write = null;
    const { planned, recorder, groupOf, newCall, onWriteEnded } = this.#options;
    const recorded = recorder.begin({
      ...this.#asked(tick),
      f: functionOf(planned, operation),
      input: inputOf(planned, operation, this.#old),
      session: `${session.clientId}/${session.seq}`,
    });
    const group = groupOf(planned.key);
    const onEnd = (ending: Ending): void => {
      this.#record(recorded, ending);
      if (ending.kind !== 'failed') onWriteEnded(operation, group, session);
      this.#finish();
    };
    this.call = newCall({ operation, group, session, onEnd });
  }

  #read(tick: number, then: (seen: Seen | null) => void): void {
    const { recorder, groupOf, newCall } = this.#options;
    const { key } = this.planned;
    const recorded = recorder.begin({
      ...this.#asked(tick),
      f: 'read',
      input: null,
      session: null,
    });
    const onEnd = (ending: Ending): void => {
      this.#record(recorded, ending);
      then(ending.kind === 'ok' ? this.#remember(ending.result) : null);
    };
    const operation: Operation = { kind: 'get', key };
    this.call = newCall({ operation, group: groupOf(key), session: null, onEnd });
  }

  #remember(result: Result): Seen {
    assert(result.kind === 'read', () => `a get was answered with ${result.kind}`);
    const { value, version } = result;
    const index = value === null ? 0 : (version?.index ?? 0);
    const seen: Seen = { text: textOf(value), index, context: version?.vector ?? null };
    this.#options.memory.set(this.planned.key, seen);
    return seen;
  }

  #readThenWrite(tick: number): void {
    const { random, memory } = this.#options;
    const known = memory.get(this.planned.key);
    if (known !== undefined && random.chance(staleShare)) {
      this.#writeOn(known);
      return;
    }
    this.#read(tick, (seen) => (seen === null ? this.#finish() : this.#writeOn(seen)));
  }

  /** A value that is not in the log yet has no version that a condition could name. */
  #writeOn({ text, index }: Seen): void {
    if (text !== null && index === 0) {
      this.#finish();
      return;
    }
    const { key, value, kind } = this.planned;
    const next = kind === 'append' ? (text ?? '') + (value ?? '') : (value ?? '');
    this.#old = text;
    this.call = null;
    const ifVersion = logIndex(index);
    this.#write = { kind: 'put', key, value: bytesOf(next), ifVersion, context: null };
  }

  #plainWrite(key: string): WriteOperation {
    const { planned, random, memory } = this.#options;
    if (planned.kind === 'increment') {
      return { kind: 'increment', key, delta: Number(planned.value ?? 1) };
    }
    const context = random.chance(contextShare) ? (memory.get(key)?.context ?? null) : null;
    if (planned.kind === 'delete') return { kind: 'delete', key, ifVersion: null, context };
    const value = bytesOf(planned.value ?? '');
    return { kind: 'put', key, value, ifVersion: null, context };
  }

  #scan(tick: number, { after, page }: { after: string | null; page: number }): void {
    const { random, partitions, recorder, newCall, planned } = this.#options;
    const group = groupId(1 + random.stream('group').below(partitions));
    const limit = random.between(1, 6);
    const call = recorder.nextRank();
    const onEnd = (ending: Ending): void => {
      if (ending.kind !== 'ok' || ending.result.kind !== 'scanned') {
        this.#finish();
        return;
      }
      const { entries, next } = ending.result;
      const values = new Map(entries.map((entry) => [entry.key, textOf(entry.value)]));
      for (const key of this.#keysIn({ group, after, next })) {
        const asked = { ...this.#asked(tick), key, f: 'read', input: null, session: null } as const;
        recorder.readSince(call, asked, values.get(key) ?? null);
      }
      if (next === null || page === pagesMax) this.#finish();
      else this.#scan(tick, { after: next, page: page + 1 });
    };
    const operation: Operation = { kind: 'scan', group, prefix: planned.key, after, limit };
    this.call = newCall({ operation, group, session: null, onEnd });
  }

  /** The keys of which the page says something, be it that they are absent. */
  #keysIn(page: { group: GroupId; after: string | null; next: string | null }): readonly string[] {
    const { keys, groupOf, planned } = this.#options;
    const { group, after, next } = page;
    return keys.filter((key) => {
      if (!key.startsWith(planned.key) || groupOf(key) !== group) return false;
      return (after === null || key > after) && (next === null || key <= next);
    });
  }

  #asked(tick: number): Pick<Recorded, 'planned' | 'client' | 'key' | 'consistency' | 'tick'> {
    const { id, client, key, consistency } = this.planned;
    return { planned: id, client, key, consistency, tick };
  }

  #record(recorded: Recorded, ending: Ending): void {
    const { recorder } = this.#options;
    switch (ending.kind) {
      case 'ok':
        recorder.succeed(recorded, outputOf(ending.result));
        return;
      case 'committed':
        recorder.succeed(recorded, null);
        return;
      case 'failed': {
        const isComparison = ending.reason === 'condition-failed';
        recorder.fail(recorded, isComparison ? null : ending.reason);
        return;
      }
      case 'unknown':
    }
  }

  #finish(): void {
    this.call = null;
    this.#write = null;
    this.#done = true;
  }
}

function functionOf({ kind }: PlannedOperation, operation: WriteOperation): Recorded['f'] {
  if (kind === 'append') return 'cas';
  if (kind === 'cas' || kind === 'increment' || kind === 'delete') return kind;
  assert(operation.kind === 'put', () => `a ${kind} was made a ${operation.kind}`);
  return 'write';
}

function inputOf(planned: PlannedOperation, operation: WriteOperation, old: string | null) {
  if (operation.kind === 'increment') return operation.delta;
  if (operation.kind === 'delete') return null;
  const text = textOf(operation.value);
  return planned.kind === 'write' ? text : [old, text];
}

function outputOf(result: Result) {
  if (result.kind === 'read') return textOf(result.value);
  return result.kind === 'written' ? result.number : null;
}
