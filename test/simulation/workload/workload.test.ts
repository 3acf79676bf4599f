// The clients against a cluster that is one map: what they record is what happened, and when the
// storm is over everything ends and every key is read once more.

import { describe, expect, test } from 'vitest';
import { clusterId, logIndex, nodeId, term } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import type { Request, Result } from '../../../src/core/model/operation.ts';
import { seededRandom } from '../../../src/core/model/random.ts';
import type { ClientNetwork } from '../../../src/simulation/cast.ts';
import { drawPlan } from '../../../src/simulation/draw.ts';
import { judgeCounters, judgeHistory } from '../../../src/simulation/judgement/histories.ts';
import type { Plan } from '../../../src/simulation/plan.ts';
import { Clients } from '../../../src/simulation/workload/workload.ts';
import { decodeRequests, encodeReplies } from '../../../src/wire/client-frame.ts';
import { groupOfKey, hashText } from '../../../src/wire/key-hash.ts';

const cluster = clusterId('00000000-0000-4000-8000-000000000001');
const members = ['node1', 'node2', 'node3'].map(nodeId);

/** Executes at once; answers when it is asked to; remembers sessions for ever. */
class OneMap implements ClientNetwork {
  readonly #rows = new Map<string, { value: Uint8Array; index: number }>();
  readonly #results = new Map<string, Result>();
  readonly #partitions: number;
  readonly executed: string[] = [];
  #index = 0;
  repeated = 0;
  answers = true;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  connect({ onFrame }: { onFrame: (frame: Uint8Array) => void }) {
    return {
      send: (frame: Uint8Array) => {
        const decoded = decodeRequests(frame, { clusterId: cluster });
        if (decoded.kind === 'dropped') throw new Error(decoded.detail);
        const replies = decoded.requests.map((request) => ({
          id: request.id,
          result: this.#execute(request),
        }));
        if (this.answers) onFrame(encodeReplies({ clusterId: cluster, replies }));
      },
      close: () => undefined,
    };
  }

  #execute({ operation, session }: Request): Result {
    const via = members[0] ?? nodeId('node1');
    if (operation.kind === 'get') {
      const row = this.#rows.get(operation.key);
      const version = row === undefined ? null : this.#version(row.index);
      return { kind: 'read', value: row?.value ?? null, version, via };
    }
    if (operation.kind === 'scan') return { kind: 'scanned', ...this.#scan(operation) };
    if (session === null || !('key' in operation)) return { kind: 'hashes', hashes: [] };
    const name = `${session.clientId}/${session.seq}`;
    const known = this.#results.get(name);
    if (known !== undefined) this.repeated += 1;
    const result = known ?? this.#write(operation, name);
    this.#results.set(name, result);
    return result;
  }

  #write(operation: Exclude<Request['operation'], { kind: 'get' | 'scan' }>, name: string): Result {
    const via = members[0] ?? nodeId('node1');
    if (!('key' in operation)) return { kind: 'hashes', hashes: [] };
    const row = this.#rows.get(operation.key);
    const isOther =
      operation.kind !== 'increment' &&
      operation.ifVersion !== null &&
      operation.ifVersion !== (row?.index ?? 0);
    if (isOther) return conditionFailed;
    this.executed.push(name);
    this.#index += 1;
    let number: number | null = null;
    if (operation.kind === 'delete') this.#rows.delete(operation.key);
    else if (operation.kind === 'put') {
      this.#rows.set(operation.key, { value: operation.value, index: this.#index });
    } else {
      number = Number(row === undefined ? 0 : String.fromCharCode(...row.value)) + operation.delta;
      const value = Uint8Array.from(String(number), (digit) => digit.charCodeAt(0));
      this.#rows.set(operation.key, { value, index: this.#index });
    }
    return { kind: 'written', version: this.#version(this.#index), acks: [], number, via };
  }

  #scan({ group, prefix, after, limit }: Extract<Request['operation'], { kind: 'scan' }>) {
    const keys = [...this.#rows.keys()].sort().filter((key) => {
      const isHere = groupOfKey(key, this.#partitions) === group && key.startsWith(prefix);
      return isHere && (after === null || key > after);
    });
    const page = keys.slice(0, limit);
    const entries = page.map((key) => {
      const row = this.#rows.get(key);
      return {
        key,
        value: row?.value ?? new Uint8Array(),
        version: this.#version(row?.index ?? 0),
      };
    });
    return { entries, next: keys.length > limit ? (page.at(-1) ?? null) : null };
  }

  #version(index: number) {
    return { index: logIndex(index), term: term(1), vector: {}, hlc: { wallMs: 1, logical: 0 } };
  }
}

const conditionFailed: Result = {
  kind: 'refused',
  refusal: {
    reason: 'condition-failed',
    effect: 'none',
    message: '',
    leader: null,
    replicas: [],
    reachable: [],
    missing: [],
    version: null,
  },
};

function clientsOf(plan: Plan): { clients: Clients; map: OneMap } {
  const map = new OneMap(plan.partitions);
  const clients = new Clients({
    plan,
    clusterId: cluster,
    clusterFile: () => members,
    limits,
    random: seededRandom('clients'),
    network: map,
    hash: hashText,
    wallMs: () => 1,
    mayReadLast: () => true,
  });
  return { clients, map };
}

function play(plan: Plan, options: { silentFrom?: number; silentTo?: number } = {}) {
  const { clients, map } = clientsOf(plan);
  for (let now = 1; now <= plan.ticks; now++) {
    map.answers = now < (options.silentFrom ?? 0) || now >= (options.silentTo ?? 0);
    clients.onTick(now);
  }
  map.answers = true;
  clients.onCalm();
  for (let now = plan.ticks; now < plan.ticks + 1000 && !clients.idle; now++) clients.onTick(now);
  return { clients, map };
}

describe('the clients of a run', () => {
  test('record a history that the judges accept, and end', () => {
    for (const seed of ['a', 'b', 'c']) {
      const { clients } = play(drawPlan(seed, { ticks: 1500 }));
      expect(clients.idle).toBe(true);
      expect(clients.openOperations()).toEqual([]);
      judgeCounters(clients.recorded());
      expect(judgeHistory(clients.history()).judged).toBeGreaterThan(0);
    }
  });

  test('call nothing failed that nobody answered, and execute nothing twice', () => {
    const plan = drawPlan('silence', { ticks: 1500 });
    const { clients, map } = play(plan, { silentFrom: 300, silentTo: 900 });
    const outcomes = clients.recorded().map(({ outcome }) => outcome);
    expect(outcomes).toContain('unknown');
    expect(map.repeated).toBeGreaterThan(0);
    expect(new Set(map.executed).size).toBe(map.executed.length);
    const failed = clients
      .recorded()
      .filter(({ outcome, f }) => outcome === 'fail' && f !== 'read');
    for (const { session } of failed) expect(map.executed).not.toContain(session);
    judgeCounters(clients.recorded());
    judgeHistory(clients.history());
  });

  test('read every key at the end, at quorum and at all', () => {
    const plan = drawPlan('last', { ticks: 600 });
    const { clients } = play(plan);
    const last = clients.recorded().filter(({ planned }) => planned < 0);
    const keys = new Set(
      plan.operations.filter(({ kind }) => kind !== 'scan').map(({ key }) => key),
    );
    expect(last).toHaveLength(2 * keys.size);
    expect(last.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });

  test('the ranks of a history are all different, and in order', () => {
    const { clients } = play(drawPlan('ranks', { ticks: 600 }));
    const calls = clients.history().map(({ call }) => call);
    expect([...calls].sort((a, b) => a - b)).toEqual(calls);
  });
});
