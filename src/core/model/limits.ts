// Every bound of the system, each with its reason. Over a bound the caller gets `overloaded` or a
// clear error, never silent growth. Durations inside core are ticks; the one place that ties them
// to time is here.

export const limits = {
  /** One tick of every protocol timer. 10 ms: fine enough for a 300 ms election timeout. */
  tickMs: 10,
  /**
   * Heartbeat period: several must fit into one election timeout, so that one lost frame elects
   * nobody.
   */
  heartbeatTicks: 5,
  /** Period of the node-level heartbeat: what an idle node costs is this. */
  aliveTicks: 20,
  /**
   * A connected node that is silent for this long leads nothing any more, as far as anyone can tell:
   * three heartbeats, and the longest election timeout.
   */
  silenceTicks: 60,
  /** With more nodes than this each hears so many greetings that they must be rarer … */
  smallClusterNodesMax: 5,
  /** … so that seven nodes cost each other no more than five do … */
  aliveTicksLarge: 30,
  /** … and three of them are waited for here, too: one that is lost deposes nobody. */
  silenceTicksLarge: 90,
  /**
   * A host that was late heard nobody meanwhile: its groups count no more than this at once, half of
   * the shortest election timeout, before it has read what waits for it.
   */
  lateTicksMax: 15,
  /** Election timeout is drawn from [min, max): wide enough that three nodes seldom tie. */
  electionTicksMin: 30,
  electionTicksMax: 60,
  /** After a peer's connection died, its followers start PreVote within this many ticks. */
  fastCampaignTicksMax: 5,

  /** Protocol period of the failure detector: a probe a second costs an idle node next to nothing. */
  probeTicks: 100,
  /** An answer on one machine takes a millisecond; later than this, others are asked to try. */
  probeTimeoutTicks: 20,
  /** How many others are asked: three bad paths at once are seldom an accident. */
  indirectProbes: 3,
  /** A suspicion lasts at least this × log10(members) periods … */
  suspicionMultiplier: 3,
  /** … and this times longer while nobody confirms it … */
  suspicionSpread: 6,
  /** … falling to the shortest when this many others do. */
  suspicionConfirmations: 3,
  /** How often its own period a member in doubt of itself may wait longer. */
  localHealthMax: 8,
  /** A rumour travels at most this × ⌈log10(members + 1)⌉ times from each member. */
  rumourTransmissions: 4,
  /** Rumours in one message, the freshest first: a probe stays a small message. */
  rumoursPerMessageMax: 32,
  /** Probes for others that a member has open at once. */
  relaysMax: 256,
  /** Two members compare all that they believe this often, in groups of up to 32. */
  syncTicks: 3000,
  /** One of the dead is tried this often: a healed network must not stay divided. */
  deadProbeTicks: 1000,
  /** A removed member is remembered for this long, so that an old rumour does not bring it back. */
  leftTicks: 60_000,
  /** A host that is later than this was stalled: it distrusts itself. */
  stallTicks: 10,
  /** What one stall may add to its doubt: a process that was paused for an hour is well after it. */
  stallDoubtMax: 3,
  /** Intervals between heartbeats that phi is computed from: 15 s of them. */
  arrivalsMax: 100,

  /** A key in UTF-8 bytes: a key is a name, not a value. */
  keyBytesMax: 4096,
  /** A value: four of them and their envelope fit into one frame. */
  valueBytesMax: 1 << 20,
  /** A frame on any socket; larger input is dropped before it is decoded. */
  frameBytesMax: 4 << 20,

  /**
   * Entries in one append message, by bytes of payload: one bulk chunk, so that a heartbeat never
   * waits long.
   */
  appendBytesMax: 256 << 10,
  /** Append messages in flight to one follower of one group. */
  appendsInFlightMax: 64,
  /** Voters and learners of one group: each is sent the log, and named in every configuration. */
  groupMembersMax: 128,
  /**
   * Removed members that the control group remembers, to tell them so when they come back. The row
   * must fit into a frame; a node that nobody has started during 64 removals is forgotten.
   */
  removedMembersMax: 64,
  /**
   * The shortest time after which a dead member may be taken for lost: SWIM needs some probes and a
   * suspicion to call it dead at all, and what follows is a copy of all that it held.
   */
  deadNodeTimeoutMsMin: 1000,
  /** Entries proposed and not yet committed, per group; beyond it proposals are `overloaded`. */
  uncommittedBytesMax: 16 << 20,
  /** The log of a group is compacted beyond this many entries or bytes … */
  logEntriesMax: 8192,
  logBytesMax: 16 << 20,
  /** … and keeps this many applied entries, so that a briefly slow follower needs no snapshot. */
  logEntriesTrailing: 4096,
  /**
   * All logs of a node together; beyond it the largest are compacted first (a laptop runs several
   * nodes).
   */
  nodeLogBytesMax: 8 << 20,
  /** Rows of one snapshot chunk, by bytes. */
  snapshotChunkBytes: 256 << 10,

  /** Linearizable reads that wait for one confirmation round, per group. */
  pendingReadsMax: 4096,
  /** Confirmation rounds in flight, per group: reads that come later gather into the next one. */
  readRoundsInFlightMax: 4,
  /** Client requests that a node holds at once. */
  pendingRequestsMax: 16384,
  /** `one` writes of a node that are not merged yet; beyond it `one` writes are `overloaded`. */
  journalWritesMax: 65536,
  journalBytesMax: 64 << 20,

  /** Sessions per group; the least recently used is evicted (its horizon keeps retries safe). */
  sessionsMax: 1024,
  /** Remembered results per session: at least the requests that one client may have in flight. */
  sessionResultsMax: 4096,
  /** The same in approximate bytes: a session is one row, and a row must fit into a frame. */
  sessionResultBytesMax: 1 << 20,
  /** A session not used for this long in log time is evicted. */
  sessionIdleMs: 60 * 60 * 1000,
  /** Losers of last-write-wins that a group remembers for `dsys conflicts`. */
  conflictsMax: 256,
  /** The same in bytes of values; the newest loser is kept whatever its size. */
  conflictBytesMax: 4 << 20,
  /**
   * Beyond this many origins a version vector drops those that are no longer needed to judge
   * anything.
   */
  vectorOriginsMax: 32,

  /** A member that is dead for longer is taken for lost, unless the settings say otherwise. */
  deadNodeTimeoutMs: 10 * 60 * 1000,
  /** A timestamp further ahead of the local clock is refused and counted. */
  clockAheadMsMax: 500,
  /** Replicas that the leaders of one node copy to newcomers at once: writes must not wait. */
  movesMax: 4,
  /** The same in bytes of their partitions; one is always allowed. */
  moveBytesMax: 16 << 20,
  /** A learner of the control group becomes a voter when it has been well for this long. */
  stableTicks: 1000,

  /** Ring positions per node. */
  virtualNodes: 150,
  /** Keys that one page of a scan returns, and their bytes. */
  scanEntriesMax: 1000,
  scanBytesMax: 1 << 20,

  /** State changes are handed to the engine at least this often while there are any … */
  stateSaveTicks: 20,
  /** … or as soon as this many rows changed. */
  stateRowsMax: 8192,
  /**
   * Bytes sent to one peer and not yet acknowledged by its frames; beyond it messages are dropped.
   */
  peerCreditBytes: 32 << 20,
} as const;

export type Limits = { readonly [Name in keyof typeof limits]: number };

/**
 * What a cluster may be given in the place of the constants, the same on every node: how much is
 * held, sent or kept. Small ones make rare paths frequent (a snapshot after ten entries), which is
 * what the simulator wants; no promise depends on their size.
 */
export type Bounds = Pick<
  Limits,
  | 'appendBytesMax'
  | 'appendsInFlightMax'
  | 'uncommittedBytesMax'
  | 'logEntriesMax'
  | 'logBytesMax'
  | 'logEntriesTrailing'
  | 'nodeLogBytesMax'
  | 'snapshotChunkBytes'
  | 'pendingReadsMax'
  | 'readRoundsInFlightMax'
  | 'pendingRequestsMax'
  | 'journalWritesMax'
  | 'journalBytesMax'
  | 'sessionsMax'
  | 'sessionResultsMax'
  | 'sessionResultBytesMax'
  | 'sessionIdleMs'
  | 'conflictsMax'
  | 'conflictBytesMax'
  | 'vectorOriginsMax'
  | 'scanEntriesMax'
  | 'scanBytesMax'
  | 'stateSaveTicks'
  | 'stateRowsMax'
  | 'movesMax'
  | 'moveBytesMax'
  | 'stableTicks'
>;
