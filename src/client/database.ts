// The database object of the library: turns each operation into a call, and its result into plain
// values. Values are copied out of the frame that brought them: they belong to the caller.

import type { NodeId } from '../core/model/ids.ts';
import { controlGroup, logIndex, nodeId, storageId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import type {
  AdminOperation,
  NodeQuery,
  NodeStatus,
  Operation,
  ReplicaHash,
  Topology,
} from '../core/model/operation.ts';
import { DsysError } from '../errors.ts';
import type {
  AdministerOptions,
  ConfigureOptions,
  ControlState,
  Db,
  DeleteOptions,
  Entry,
  IncrementOptions,
  IncrementResult,
  LeaveOptions,
  NodeAnswer,
  PutOptions,
  QueryOptions,
  ReadOptions,
  ReadResult,
  ScanOptions,
  WriteResult,
} from './api.ts';
import type { Success } from './call.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Routes } from './routes.ts';
import type { Page, PageQuery } from './scan.ts';
import { mergePartitions } from './scan.ts';
import { textOf } from './text.ts';
import type { TopologyWatch } from './topology.ts';
import {
  checkCondition,
  checkConsistency,
  checkDelta,
  checkKey,
  checkLimit,
  checkTimeout,
  checkValue,
} from './validation.ts';

const readMs = 1000;
const writeMs = 2000;
const queryMs = 250;
const administerMs = 5000;

type ResultOf<Kind extends Success['kind']> = Extract<Success, { readonly kind: Kind }>;

export class Database implements Db {
  readonly #dispatcher: Dispatcher;
  readonly #routes: Routes;
  readonly #watch: TopologyWatch;

  constructor(options: { dispatcher: Dispatcher; routes: Routes; watch: TopologyWatch }) {
    this.#dispatcher = options.dispatcher;
    this.#routes = options.routes;
    this.#watch = options.watch;
  }

  async put(
    key: string,
    value: string | Uint8Array,
    options: PutOptions = {},
  ): Promise<WriteResult> {
    const bytes = checkValue(value);
    const { ifVersion, context } = conditionOf(key, options);
    return this.#write({ kind: 'put', key, value: bytes, ifVersion, context }, options);
  }

  async get(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    checkKey(key);
    const result = await this.#run({ kind: 'get', key }, options, readMs);
    const { value, version, via } = expectKind(result, 'read');
    if (value === null) return { found: false, value, text: null, version, via };
    return { found: true, value: new Uint8Array(value), text: textOf(value), version, via };
  }

  async del(key: string, options: DeleteOptions = {}): Promise<WriteResult> {
    const { ifVersion, context } = conditionOf(key, options);
    return this.#write({ kind: 'delete', key, ifVersion, context }, options);
  }

  async incr(key: string, delta = 1, options: IncrementOptions = {}): Promise<IncrementResult> {
    checkKey(key);
    checkDelta(delta, options);
    const result = await this.#run({ kind: 'increment', key, delta }, options, writeMs);
    const { version, acks, via, number } = expectKind(result, 'written');
    return { version, acks, via, value: number ?? Number.NaN };
  }

  async *scan(options: ScanOptions = {}): AsyncGenerator<Entry, void, undefined> {
    const limit = checkLimit(options);
    const partitions = this.#routes.partitions ?? (await this.topology()).partitions;
    const fetchPage = (query: PageQuery): Promise<Page> => this.#page(query, options);
    for await (const { key, value, version } of mergePartitions({ partitions, limit, fetchPage }))
      yield { key, value: new Uint8Array(value), version, text: textOf(value) };
  }

  status(options: QueryOptions = {}): Promise<NodeAnswer<NodeStatus>[]> {
    return this.#askAll(
      { kind: 'status' },
      options,
      (result) => expectKind(result, 'status').status,
    );
  }

  hashes(options: QueryOptions = {}): Promise<NodeAnswer<readonly ReplicaHash[]>[]> {
    return this.#askAll(
      { kind: 'hashes' },
      options,
      (result) => expectKind(result, 'hashes').hashes,
    );
  }

  async topology(options: QueryOptions = {}): Promise<Topology> {
    const timeoutMs = checkTimeout(options, readMs);
    const result = await this.#dispatcher.submit(queryCall({ kind: 'topology' }, null, timeoutMs));
    return expectKind(result, 'topology').topology;
  }

  async control(options: QueryOptions = {}): Promise<ControlState> {
    const answers = await this.#askAll({ kind: 'control' }, options, (result) =>
      expectKind(result, 'control'),
    );
    const states = answers.flatMap((one) => (one.ok ? [{ ...one.answer, from: one.node }] : []));
    const [newest] = states.sort((a, b) => b.index - a.index);
    if (newest === undefined) throw firstError(answers);
    this.#watch.learnMembers(newest);
    return { index: newest.index, row: newest.row, from: newest.from };
  }

  join(member: Member, options: AdministerOptions = {}): Promise<{ index: number }> {
    return this.#administer({ kind: 'join', member }, options);
  }

  leave(node: string, options: LeaveOptions = {}): Promise<{ index: number }> {
    const { how = 'leaving', force = false, storageId: id } = options;
    const leave = { kind: 'leave', node: nodeId(node), how, force } as const;
    return this.#administer(
      id === undefined ? leave : { ...leave, storageId: storageId(id) },
      options,
    );
  }

  configure(options: ConfigureOptions): Promise<{ index: number }> {
    const { replicationFactor = null, deadNodeTimeoutMs = null } = options;
    return this.#administer({ kind: 'configure', replicationFactor, deadNodeTimeoutMs }, options);
  }

  close(): Promise<void> {
    return this.#dispatcher.close();
  }

  async #write(operation: Operation, options: PutOptions): Promise<WriteResult> {
    const result = await this.#run(operation, options, writeMs);
    const { version, acks, via } = expectKind(result, 'written');
    return { version, acks, via };
  }

  async #administer(
    operation: AdminOperation,
    options: AdministerOptions,
  ): Promise<{ index: number }> {
    const timeoutMs = checkTimeout(options, administerMs);
    const result = await this.#dispatcher.submit({
      operation,
      consistency: 'quorum',
      group: controlGroup,
      pin: null,
      timeoutMs,
    });
    return { index: expectKind(result, 'administered').index };
  }

  async #page({ group, after, limit }: PageQuery, options: ScanOptions): Promise<Page> {
    const prefix = options.prefix ?? '';
    const operation: Operation = { kind: 'scan', group, prefix, after, limit };
    return expectKind(await this.#run(operation, options, readMs), 'scanned');
  }

  #run(operation: Operation, options: ReadOptions, msDefault: number): Promise<Success> {
    return this.#dispatcher.submit({
      operation,
      consistency: checkConsistency(options),
      group: operation.kind === 'scan' ? operation.group : null,
      pin: options.via === undefined ? null : this.#member(options.via),
      timeoutMs: checkTimeout(options, msDefault),
    });
  }

  /**
   * All members, those too that joined since the client last looked: they are asked a moment later.
   */
  async #askAll<What>(
    query: NodeQuery,
    options: QueryOptions,
    answerOf: (result: Success) => What,
  ): Promise<NodeAnswer<What>[]> {
    const end = performance.now() + checkTimeout(options, queryMs);
    const ask = async (node: NodeId): Promise<NodeAnswer<What>> => {
      const start = performance.now();
      const timeoutMs = Math.max(1, end - start);
      try {
        const result = await this.#dispatcher.submit(queryCall(query, node, timeoutMs));
        return { node, ok: true, answer: answerOf(result), tookMs: performance.now() - start };
      } catch (error) {
        if (error instanceof DsysError) return { node, ok: false, error };
        throw error;
      }
    };
    const asked = new Map(this.#dispatcher.fleet.nodes.map((node) => [node, ask(node)]));
    await this.#watch.refresh(Math.max(1, end - performance.now()));
    return Promise.all(this.#dispatcher.fleet.nodes.map((node) => asked.get(node) ?? ask(node)));
  }

  #member(name: string): NodeId {
    const { nodes } = this.#dispatcher.fleet;
    const node = nodeId(name);
    if (nodes.includes(node)) return node;
    throw new DsysError({
      code: 'node-not-found',
      message: `expected a node of this cluster (${nodes.join(', ')}), found ${name}`,
      hint: 'dsys status lists the nodes',
    });
  }
}

function queryCall(
  operation: NodeQuery,
  pin: NodeId | null,
  timeoutMs: number,
): Parameters<Dispatcher['submit']>[0] {
  return { operation, consistency: 'one', group: null, pin, timeoutMs };
}

/** Nobody answered: why the first of them did not. */
function firstError(answers: readonly NodeAnswer<unknown>[]): DsysError {
  for (const answer of answers) if (!answer.ok) return answer.error;
  return new DsysError({ code: 'not-running', message: 'expected a member, found none' });
}

function conditionOf(key: string, options: DeleteOptions) {
  checkKey(key);
  checkCondition(options);
  const { ifVersion, context = null } = options;
  return { ifVersion: ifVersion === undefined ? null : logIndex(ifVersion), context };
}

function expectKind<Kind extends Success['kind']>(result: Success, kind: Kind): ResultOf<Kind> {
  if (result.kind === kind) return result as ResultOf<Kind>;
  throw new DsysError({
    code: 'internal',
    message: `expected an answer of kind ${kind}, found ${result.kind}`,
    hint: 'this is a bug in dsys: please report it',
  });
}
