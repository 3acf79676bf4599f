// One simulated client: a session, what it knows of the leaders, a few operations in flight, and
// now and then a write that arrives once more when its client has long had the answer.

import type { ClientId, ClusterId, GroupId, NodeId } from '../../core/model/ids.ts';
import { clientId } from '../../core/model/ids.ts';
import type {
  Consistency,
  Request,
  Result,
  SessionRef,
  WriteOperation,
} from '../../core/model/operation.ts';
import type { Random } from '../../core/model/random.ts';
import { decodeReplies, encodeRequests } from '../../wire/client-frame.ts';
import type { ClientConnection, ClientNetwork } from '../cast.ts';
import type { PlannedOperation } from '../plan.ts';
import { Call } from './call.ts';
import type { Seen } from './errand.ts';
import { Errand } from './errand.ts';
import type { Recorder } from './recorder.ts';
import { Routes } from './routes.ts';
import { ClientSession } from './session.ts';

export interface ClientOptions {
  /** From 1. */
  readonly number: number;
  /** Operations that are under way at the same time. */
  readonly inFlightMax: number;
  readonly clusterId: ClusterId;
  /** As it is now; a client reads it when it begins, and when nobody answers whom it knows. */
  readonly clusterFile: () => readonly NodeId[];
  readonly network: ClientNetwork;
  /** The client's own. */
  readonly random: Random;
  readonly wallMs: () => number;
  readonly sessionResultsMax: number;
  readonly partitions: number;
  readonly groupOf: (key: string) => GroupId;
  readonly keys: readonly string[];
  readonly recorder: Recorder;
  /** Unique among all clients. */
  readonly nextId: () => number;
}

/** Share of acknowledged or unknown writes that arrive again, up to so much later. */
const lateShare = 0.12;
const lateTicksMax = 600;
const topologyTicks = 150;
/** In the calm nobody may wait for a node that is gone. */
const lastTopologyTicks = 20;
/** Without any answer for so long, all whom the client knows may have left. */
const silenceTicks = 300;

interface Late {
  readonly at: number;
  readonly node: NodeId;
  readonly request: Request;
}

export class Client {
  readonly #options: ClientOptions;
  readonly #clientId: ClientId;
  readonly #session: ClientSession;
  readonly #routes: Routes;
  readonly #memory = new Map<string, Seen>();
  readonly #connections = new Map<NodeId, ClientConnection>();
  readonly #waiting: PlannedOperation[] = [];
  readonly #errands = new Set<Errand>();
  readonly #callOf = new Map<number, Call>();
  #late: Late[] = [];
  #topologyAt: number;
  #topologyId = 0;
  #now = 0;
  #heardAt = 0;
  #insists = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#clientId = clientId(`client${options.number}`);
    this.#routes = new Routes(options.clusterFile());
    this.#session = new ClientSession({
      clientId: this.#clientId,
      wallMs: options.wallMs,
      openMax: options.sessionResultsMax,
    });
    this.#topologyAt = options.random.stream('topology').between(20, topologyTicks);
  }

  get idle(): boolean {
    return this.#waiting.length + this.#errands.size === 0;
  }

  /** Operations under way, and those that wait for their turn. */
  open(): readonly PlannedOperation[] {
    return [...[...this.#errands].map((errand) => errand.planned), ...this.#waiting];
  }

  add(planned: PlannedOperation): void {
    this.#waiting.push(planned);
  }

  /**
   * From now on every operation is tried until it has ended. What needs every replica and was not
   * issued in the storm is let go: one that is gone for good would hold up all the others.
   */
  insist(): void {
    this.#insists = true;
    this.#topologyAt = this.#now;
    const kept = this.#waiting.filter(({ consistency }) => consistency !== 'all');
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    for (const { call } of this.#errands) call?.insist(this.#now);
  }

  onTick(now: number): void {
    this.#now = now;
    this.#startWaiting();
    for (const errand of this.#errands) {
      this.#name(errand);
      errand.call?.onTick(now);
      this.#name(errand);
      if (errand.done) this.#errands.delete(errand);
    }
    this.#sendLate(now);
    this.#askTopology(now);
  }

  #startWaiting(): void {
    while (this.#errands.size < this.#options.inFlightMax) {
      const planned = this.#waiting.shift();
      if (planned === undefined) return;
      const errand = this.#newErrand(planned);
      this.#errands.add(errand);
      errand.start(this.#now);
    }
  }

  /** Gives the errand's write its name, as soon as few enough are open. */
  #name(errand: Errand): void {
    if (!errand.waitsForName) return;
    const session = this.#session.begin();
    if (session !== null) errand.beginWrite(session, this.#now);
  }

  #newErrand(planned: PlannedOperation): Errand {
    const { recorder, partitions, groupOf, keys } = this.#options;
    const random = this.#options.random.stream(`operation/${planned.id}`);
    return new Errand({
      planned,
      partitions,
      groupOf,
      keys,
      recorder,
      random,
      memory: this.#memory,
      newCall: (asked) => this.#newCall(planned, random, asked),
      onWriteEnded: (operation, group, session) =>
        this.#onWriteEnded({ operation, group, session, planned, random }),
    });
  }

  #newCall(
    planned: PlannedOperation,
    random: Random,
    asked: Parameters<ConstructorParameters<typeof Errand>[0]['newCall']>[0],
  ): Call {
    const { via, retries, deadlineTicks, consistency } = planned;
    const { session, onEnd } = asked;
    const ids: number[] = [];
    const call: Call = new Call(
      {
        ...asked,
        consistency: consistencyOf(asked.operation.kind, consistency),
        via,
        retries,
        deadlineTicks,
        random,
        routes: this.#routes,
        nextId: this.#options.nextId,
        send: (node, request) => {
          ids.push(request.id);
          this.#callOf.set(request.id, call);
          this.#send(node, request);
        },
        onEnd: (ending) => {
          for (const id of ids) this.#callOf.delete(id);
          if (session !== null) this.#session.end(session);
          onEnd(ending);
        },
      },
      this.#now,
    );
    if (this.#insists && !isPatient(planned)) call.insist(this.#now);
    return call;
  }

  #onWriteEnded(ended: {
    operation: WriteOperation;
    group: GroupId;
    session: SessionRef;
    planned: PlannedOperation;
    random: Random;
  }): void {
    const { operation, group, session, planned, random } = ended;
    const { consistency, deadlineTicks } = planned;
    if (this.#insists || consistency === 'one' || !random.chance(lateShare)) return;
    const nodes = this.#routes.candidates(group);
    const node = nodes[random.below(nodes.length)];
    if (node === undefined) return;
    const id = this.#options.nextId();
    const timeoutMs = deadlineTicks * 10;
    const request = { id, operation, consistency, timeoutMs, session, forward: true };
    this.#late.push({ at: this.#now + random.between(1, lateTicksMax), node, request });
  }

  #sendLate(now: number): void {
    if (this.#late.length === 0) return;
    for (const { at, node, request } of this.#late) if (at <= now) this.#send(node, request);
    this.#late = this.#late.filter(({ at }) => at > now);
  }

  #askTopology(now: number): void {
    if (now < this.#topologyAt || (this.#insists && this.idle)) return;
    const { random, nextId, clusterFile } = this.#options;
    if (now - this.#heardAt > silenceTicks) this.#routes.meet(clusterFile());
    this.#topologyAt = now + (this.#insists ? lastTopologyTicks : topologyTicks);
    this.#topologyId = nextId();
    const stream = random.stream(`topology/${now}`);
    const members = this.#routes.everybody;
    const node = members[stream.below(members.length)];
    if (node === undefined) return;
    const kind = stream.chance(0.1) ? 'status' : stream.chance(0.1) ? 'hashes' : 'topology';
    this.#send(node, {
      id: this.#topologyId,
      operation: { kind },
      consistency: 'one',
      timeoutMs: 200,
      session: null,
      forward: false,
    });
  }

  #send(node: NodeId, request: Request): void {
    const { clusterId, network } = this.#options;
    let connection = this.#connections.get(node);
    if (connection === undefined) {
      const onFrame = (frame: Uint8Array): void => this.#onFrame(frame);
      connection = network.connect({ client: this.#options.number, node, onFrame });
      this.#connections.set(node, connection);
    }
    connection.send(encodeRequests({ clusterId, requests: [request] }));
  }

  #onFrame(frame: Uint8Array): void {
    const decoded = decodeReplies(frame, { clusterId: this.#options.clusterId });
    if (decoded.kind === 'dropped') return;
    this.#heardAt = this.#now;
    for (const { id, result } of decoded.replies) this.#onReply(id, result);
  }

  #onReply(id: number, result: Result): void {
    if (result.kind === 'topology') this.#routes.learn(result.topology);
    else this.#callOf.get(id)?.onReply(id, result, this.#now);
  }
}

/** A last read at `all` waits long enough by itself, and not for ever. */
function isPatient({ id, consistency }: PlannedOperation): boolean {
  return id < 0 && consistency === 'all';
}

/** A scan, a condition and a count need the log. */
function consistencyOf(kind: string, wanted: Consistency): Consistency {
  const needsLog = kind === 'scan' || kind === 'increment';
  return needsLog && wanted === 'one' ? 'quorum' : wanted;
}
