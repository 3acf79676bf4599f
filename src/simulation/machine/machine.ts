// A simulated computer: a disk, a clock, a place in the network, and a process that runs a node, or
// does not. Everything that can happen to a computer is a method; when it happens is the nemesis's
// business.

import type { Incarnation, NodeId, StorageId } from '../../core/model/ids.ts';
import { incarnation } from '../../core/model/ids.ts';
import type { Member } from '../../core/model/member.ts';
import type { Node } from '../../core/node.ts';
import type { CrashOptions } from '../disk/disk.ts';
import type { SimulatedNetwork } from '../network/network.ts';
import type { End, MachineState, MachineView } from '../observation.ts';
import { MachineClock } from './clock.ts';
import { bearLife, type Genes, type Life, openDisk } from './life.ts';

export interface MachineOptions extends Genes {
  /** As the cluster's file has them. */
  readonly members: () => readonly Member[];
  /** Nobody else under its name may run from now on. */
  readonly makeRoom: (machine: Machine) => void;
  readonly network: SimulatedNetwork;
  readonly tickMs: number;
  /** Thrown by the node, and not by its disk: an assertion, or a violation that somebody saw. */
  readonly onCrash: (error: unknown) => void;
  /** It was told that it is no member any more. */
  readonly onRemoved: () => void;
}

/** Handing leaderships over takes no longer; then the process just stops. */
const drainTicksMax = 200;

/** What a start is refused for is in the way for ever, or until the fault ends. */
const finalRefusals: readonly string[] = ['storage-wiped', 'storage-foreign', 'storage-corrupt'];
/** What a node ends with that is told of its removal. */
const removal = 'member-removed';
const diskErrors: readonly string[] = ['disk-full', 'disk-failed'];

export class Machine implements MachineView {
  readonly name: NodeId;
  readonly clock: MachineClock;
  readonly #options: MachineOptions;
  #life: Life | null = null;
  #state: MachineState = 'down';
  #incarnation = incarnation(0);
  #refusal: string | null = null;
  #dirty = false;
  #diskSurvived = true;
  #drainingTicks = 0;
  /** What has to be over before the next start. */
  #stopping: Promise<void> | null = null;
  #isStarting = false;
  /** False: it is no member any more, or its name is another's: it starts only to be told so. */
  #isMember = true;
  /** As they were when it was last a member that started. */
  #membersAtStart: readonly Member[] = [];

  constructor(options: MachineOptions) {
    this.name = options.name;
    this.#options = options;
    this.clock = new MachineClock(options.tickMs);
    options.disk.identity = { storageId: options.storageId, incarnation: incarnation(0) };
  }

  get storageId(): StorageId {
    return this.#options.storageId;
  }

  get membersAtStart(): readonly Member[] {
    return this.#membersAtStart;
  }

  get isMember(): boolean {
    return this.#isMember;
  }

  get node(): Node | null {
    return this.#life?.node ?? null;
  }

  /** The process runs, or is about to. */
  get isAlive(): boolean {
    return this.#life !== null || this.#isStarting;
  }

  get incarnation(): Incarnation {
    return this.#incarnation;
  }

  get state(): MachineState {
    return this.#state;
  }

  get refusal(): string | null {
    return this.#refusal;
  }

  get diskSurvived(): boolean {
    return this.#diskSurvived;
  }

  get disk(): Genes['disk'] {
    return this.#options.disk;
  }

  /** True after `drain`, until the process has stopped. */
  get isDraining(): boolean {
    return this.#drainingTicks > 0;
  }

  /** True: it handed over what it could, or waited long enough. */
  get isDrained(): boolean {
    return this.isDraining && (this.#life?.node.drained || this.#drainingTicks > drainTicksMax);
  }

  /** A tick of the world's. */
  onTick(now: number): void {
    this.clock.advance(now);
    this.#options.disk.advance(1);
    if (this.#life === null || this.#state !== 'up') return;
    if (this.isDraining) this.#drainingTicks += 1;
    this.#tellTicks(this.#life);
  }

  #tellTicks(life: Life): void {
    const ticks = this.clock.take();
    if (ticks > 0) life.host.step({ kind: 'tick', ticks, wallMs: this.clock.wallMs });
  }

  /** Finishes the writes that are due; true when there were any. */
  completeWrites(): boolean {
    return this.#state === 'up' && this.#options.disk.completeDue();
  }

  /** True when a flush may have something to do. */
  get hasWork(): boolean {
    return this.#dirty && this.#state === 'up';
  }

  /** Carries out what the node wants done; true when there was anything. */
  flush(): boolean {
    if (!this.#dirty || this.#life === null || this.#state !== 'up') return false;
    this.#dirty = false;
    this.#life.host.flush();
    if (this.#life !== null) this.clock.arm(this.#life.node.restingTicks);
    return true;
  }

  /** Starts the process; it may refuse. */
  async start(): Promise<void> {
    if (this.#isMember) await this.#start();
  }

  /** Starts the process of a machine that is no member, with the file of its time. */
  async revive(): Promise<void> {
    if (this.mayRevive) await this.#start();
  }

  get mayRevive(): boolean {
    return !this.#isMember && this.#life === null && this.#state !== 'refused';
  }

  async #start(): Promise<void> {
    if (this.#life !== null || this.#state === 'refused' || this.#isStarting) return;
    this.#isStarting = true;
    this.#options.makeRoom(this);
    await this.#stopping;
    try {
      await this.#bear();
    } catch (error) {
      this.#refuse(error);
    }
    this.#isStarting = false;
  }

  async #bear(): Promise<void> {
    const { network, name, audience } = this.#options;
    const opened = await openDisk(this.#options);
    // Another one under the name may have started meanwhile.
    this.#options.makeRoom(this);
    const listed = this.#options.members();
    // Who is not listed any more starts with the file of its time, and has to be told.
    if (listed.some((each) => each.storageId === this.storageId)) this.#membersAtStart = listed;
    const members = this.#membersAtStart;
    const endpoint = network.transport({ self: name, members });
    const life = bearLife(this.#options, {
      opened,
      members,
      machine: this,
      endpoint,
      wallMs: this.clock.wallMs,
      onWork: () => {
        this.#dirty = true;
      },
      onFatal: (error) => this.#onFatal(error),
    });
    this.#life = life;
    this.#incarnation = opened.incarnation;
    this.#state = 'up';
    this.#refusal = null;
    this.#dirty = true;
    this.#drainingTicks = 0;
    this.clock.start();
    audience.onBirth(this, opened.recovered);
    await endpoint.start(life.gate);
  }

  #refuse(error: unknown): void {
    const code = codeOf(error);
    const isFinal = finalRefusals.includes(code);
    if (!isFinal && !diskErrors.includes(code)) {
      this.#options.onCrash(error);
      return;
    }
    this.#refusal = code;
    if (isFinal) this.#state = 'refused';
    this.#options.audience.onRefused(this);
  }

  /** The process is killed; what its disk had taken in stays. True when there was a process. */
  kill(crash: CrashOptions): boolean {
    if (this.#life === null) return false;
    const life = this.#life;
    this.#end('kill');
    this.#options.disk.crash(crash);
    this.#stopping = life.endpoint.close();
    return true;
  }

  /** The power goes: its peers are not told. True when there was a process. */
  cutPower(crash: CrashOptions): boolean {
    if (this.#life === null) return false;
    this.#life.endpoint.vanish();
    this.#end('kill');
    this.#options.disk.crash(crash);
    return true;
  }

  pause(): boolean {
    if (this.#life === null || this.#state !== 'up') return false;
    this.#state = 'paused';
    this.#life.gate.close();
    return true;
  }

  /** What waited comes first, or the clock does: a process that wakes up may look at either. */
  resume(options: { readonly clockFirst: boolean }): void {
    const life = this.#life;
    if (life === null || this.#state !== 'paused') return;
    this.#state = 'up';
    if (options.clockFirst) this.#tellTicks(life);
    life.gate.open();
  }

  /** Asks the process to hand over what it leads, before it is stopped. */
  drain(): boolean {
    if (this.#life === null || this.#state !== 'up' || this.isDraining) return false;
    this.#drainingTicks = 1;
    this.#life.host.step({ kind: 'drain' });
    return true;
  }

  /** Stops the process in order: what it wrote is finished. */
  stop(): Promise<void> {
    const life = this.#life;
    if (life !== null) {
      this.#end('stop');
      this.#stopping = life.endpoint.close().then(() => life.storage.close());
    }
    return this.#stopping ?? Promise.resolve();
  }

  /** Another machine takes its name. */
  retire(): void {
    this.#isMember = false;
    this.kill({ stateBatches: this.#options.disk.unsynced });
  }

  /** The directory of a process that does not run is emptied. */
  wipe(): void {
    this.#diskSurvived = false;
    this.#options.disk.wipe();
  }

  /** A bit of what is synced flips; false when nothing is there. The process does not run. */
  flipBit(flip: { where: 'log' | 'state'; block: number; bit: number }): boolean {
    const { files } = this.#options.disk;
    const isFlipped =
      flip.where === 'log' ? files.flipSyncedLogBit(flip) : files.flipAnyRowBit(flip);
    if (isFlipped) this.#diskSurvived = false;
    return isFlipped;
  }

  #onFatal(error: unknown): void {
    const life = this.#life;
    if (life === null) return;
    if (codeOf(error) === removal) this.#onRemoved(life);
    else if (diskErrors.includes(codeOf(error))) {
      this.#end('fatal');
      this.#options.disk.crash({ stateBatches: this.#options.disk.unsynced });
      this.#stopping = life.endpoint.close();
    } else this.#options.onCrash(error);
  }

  #onRemoved(life: Life): void {
    this.#isMember = false;
    this.#end('removed');
    this.#state = 'removed';
    this.#options.disk.crash({ stateBatches: this.#options.disk.unsynced });
    this.#stopping = life.endpoint.close();
    this.#options.onRemoved();
  }

  #end(how: End): void {
    this.#life?.host.stop();
    this.#life = null;
    this.#state = 'down';
    this.#dirty = false;
    this.#drainingTicks = 0;
    this.#options.audience.onEnd(this, how);
  }
}

/** Of the errors that a disk gives; empty for others. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
