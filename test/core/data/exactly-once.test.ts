// Exactly once under everything at once: retries, copies that were long under way, leaders with
// wrong clocks, tiny bounds that evict all the time, replicas that start from snapshots. The twin
// remembers every execution.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApplyResult } from '../../../src/core/data/partition.ts';
import type { DataCommand, WriteCommand } from '../../../src/core/model/command.ts';
import type { Timestamp } from '../../../src/core/model/version.ts';
import {
  at,
  type Bounds,
  del,
  increment,
  newPartition,
  put,
  restored,
  rowsOf,
  Script,
  session,
  tentative,
} from './script.ts';

const tiny: Partial<Bounds> = {
  sessionsMax: 2,
  sessionResultsMax: 3,
  sessionIdleMs: 40,
  conflictsMax: 2,
};

interface Step {
  readonly kind: 'new' | 'retry' | 'copy' | 'noise';
  readonly client: number;
  readonly position: number;
  /** The client gets the answer, so that it will call the write answered. */
  readonly isAnswered: boolean;
  readonly leaderSkewMs: number;
  readonly passMs: number;
}

const step = fc.record<Step>({
  kind: fc.constantFrom('new', 'new', 'retry', 'retry', 'copy', 'noise'),
  client: fc.nat({ max: 4 }),
  position: fc.nat({ max: 9 }),
  isAnswered: fc.boolean(),
  leaderSkewMs: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -30, max: 30 }) },
    { weight: 1, arbitrary: fc.constantFrom(-5000, 5000) },
  ),
  passMs: fc.nat({ max: 20 }),
});

interface Attempt {
  readonly seq: number;
  readonly issuedAt: Timestamp;
}

/** Writes each of its seqs to a key of its own, so that a second execution shows as a 2. */
class Client {
  readonly name: string;
  readonly attempts: Attempt[] = [];
  readonly answered = new Set<number>();

  constructor(name: string) {
    this.name = name;
  }

  key(seq: number): string {
    return `${this.name}/${seq}`;
  }

  issue(issuedAt: Timestamp): Attempt {
    const attempt = { seq: this.attempts.length + 1, issuedAt };
    this.attempts.push(attempt);
    return attempt;
  }

  /** An attempt that is still open; null when all are answered. */
  open(position: number): Attempt | null {
    const open = this.attempts.filter(({ seq }) => !this.answered.has(seq));
    return open[position % Math.max(1, open.length)] ?? null;
  }

  command({ seq, issuedAt }: Attempt, hlc: Timestamp): WriteCommand {
    const first = this.attempts.find((each) => !this.answered.has(each.seq))?.seq;
    const firstUnanswered = first ?? this.attempts.length + 1;
    const ref = session(this.name, seq, { issuedAt, firstUnanswered });
    return { kind: 'write', operation: increment(this.key(seq)), session: ref, hlc };
  }
}

/**
 * A log of commands as clients and leaders would make it; nothing of it depends on the answers'
 * content.
 */
function logOf(steps: readonly Step[]): DataCommand[] {
  const clients = [0, 1, 2, 3, 4].map((n) => new Client(`c${n}`));
  const log: DataCommand[] = [];
  let wallMs = 1000;
  for (const { kind, client: number, position, isAnswered, leaderSkewMs, passMs } of steps) {
    wallMs += passMs;
    const client = clients[number] as Client;
    const attempt = kind === 'new' ? client.issue(at(wallMs)) : client.open(position);
    const sent = log[log.length - 1 - position];
    if (kind === 'copy') log.push(...(sent === undefined ? [] : [sent]));
    else if (kind === 'noise') log.push(noise(position, at(wallMs)));
    else if (attempt !== null) {
      log.push(client.command(attempt, at(wallMs + leaderSkewMs)));
      if (isAnswered) client.answered.add(attempt.seq);
    }
  }
  return log;
}

function noise(position: number, hlc: Timestamp): DataCommand {
  const counter = position + 1;
  const value = position % 3 === 0 ? null : 'x';
  return {
    kind: 'merge',
    write: tentative({ from: `n${position % 2}#1`, counter, key: 'noise', value, hlc }),
  };
}

const valueAfter = (script: Script, command: WriteCommand) => script.value(command.operation.key);

/** Applies one command and compares with all executions so far. */
function applyAndCheck(
  script: Script,
  command: DataCommand,
  executed: Map<string, ApplyResult>,
): ApplyResult {
  const result = script.apply(command);
  if (command.kind !== 'write') return result;
  const name = command.operation.key;
  const known = executed.get(name);
  if (result.kind === 'session-expired') {
    expect(valueAfter(script, command)).toBe(known === undefined ? null : '1');
  } else {
    expect(result).toEqual(known ?? result);
    expect(valueAfter(script, command)).toBe('1');
    executed.set(name, result);
  }
  return result;
}

const steps = fc.array(step, { minLength: 20, maxLength: 150 });

describe('a write of a session', () => {
  it('is executed at most once, and a known one has the answer of the first time', () => {
    let expired = 0;
    let repeated = 0;
    fc.assert(
      fc.property(steps, (all) => {
        const script = new Script(newPartition(tiny));
        const executed = new Map<string, ApplyResult>();
        for (const command of logOf(all)) {
          const count = executed.size;
          const result = applyAndCheck(script, command, executed);
          if (result.kind === 'session-expired') expired += 1;
          else if (result.kind === 'written' && executed.size === count) repeated += 1;
        }
      }),
      { numRuns: 150 },
    );
    expect(expired).toBeGreaterThan(300);
    expect(repeated).toBeGreaterThan(300);
  });

  it('is executed exactly once when nothing is evicted and its client still waits', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const script = new Script();
        const executed = new Map<string, ApplyResult>();
        const answeredBelow = new Map<string, number>();
        for (const command of logOf(all)) {
          const { kind } = applyAndCheck(script, command, executed);
          if (command.kind !== 'write') continue;
          const { clientId, seq, firstUnanswered } = command.session;
          const fence = Math.max(answeredBelow.get(clientId) ?? 0, firstUnanswered);
          if (seq >= fence) expect(kind).toBe('written');
          answeredBelow.set(clientId, fence);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a replica', () => {
  it('that starts from a snapshot at any point ends with the same state as one that saw all', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (all, cut) => {
        const log = logOf(all);
        const steady = new Script(newPartition(tiny));
        const cutAt = cut % (log.length + 1);
        for (const command of log.slice(0, cutAt)) steady.apply(command);
        const late = new Script(restored(shuffled(rowsOf(steady.partition), cut), tiny), cutAt);
        for (const command of log.slice(cutAt)) {
          expect(late.apply(command)).toEqual(steady.apply(command));
        }
        expect(late.partition.hash()).toBe(steady.partition.hash());
        expect(sorted(rowsOf(late.partition))).toEqual(sorted(rowsOf(steady.partition)));
      }),
      { numRuns: 100 },
    );
  });

  it('has another hash as soon as it missed one entry that others applied', () => {
    const [steady, missing] = [new Script(), new Script()];
    for (let n = 1; n <= 20; n++) {
      const operation = n % 7 === 0 ? del('k') : put('k', `${n}`);
      steady.write(operation, session('c', n));
      if (n === 9) missing.index += 1;
      else missing.write(operation, session('c', n));
      expect(missing.partition.hash() === steady.partition.hash()).toBe(n < 9);
    }
  });
});

function shuffled<Row>(rows: readonly Row[], by: number): Row[] {
  const turn = by % Math.max(1, rows.length);
  return [...rows.slice(turn), ...rows.slice(0, turn)].reverse();
}

function sorted(rows: readonly unknown[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
