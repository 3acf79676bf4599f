// `npm run bench:peers`: three local etcd processes and three dsys nodes, the same operations in turn
// for the same time on the same machine. Exits 2 when dsys is not as much better as it promises.

import type { ChannelKind } from './channel.ts';
import { DsysStore } from './dsys-store.ts';
import { EtcdStore, etcdVersion } from './etcd-store.ts';
import { Laboratory } from './laboratory.ts';
import { leanChannel } from './lean-channel.ts';
import { compareInTurn, type Operation, runFor } from './load.ts';
import { type Cleanup, type Outcome, runProgram } from './program.ts';
import { standardChannel } from './standard-channel.ts';
import { type Session, type Store, smallValue } from './store.ts';

const keys = 10_000;
/** Both sides work this long before anything is measured: a just-in-time compiler needs it. */
const warmUpSeconds = 10;
const keyOf = (number: number): string => `key:${number % keys}`;

/** What was measured once on each side. */
interface Comparison {
  readonly what: string;
  readonly unit: 'operations/s' | 'ms';
  /** By the name of the side. */
  readonly values: ReadonlyMap<string, number>;
}

interface Row {
  readonly what: string;
  readonly dsys: number;
  readonly peer: number;
  readonly peerName: string;
  /** dsys ÷ peer: above 1 is better for operations/s, below 1 is better for ms. */
  readonly ratio: number;
  readonly unit: Comparison['unit'];
}

/** The promises: at least, for operations/s; at most, for ms. */
const promises: Readonly<Record<string, number>> = {
  'put, 64 in flight': 2,
  'linearizable get, 64 in flight': 3,
  'cold start to first committed put': 0.6,
};

interface Effort {
  readonly seconds: number;
  /** How often each cluster is started; a third as often its leader is killed. */
  readonly rounds: number;
  readonly say: (line: string) => void;
  readonly cleanup: Cleanup;
}

type Prepare = () => Promise<Store>;

/** Every round starts an empty cluster of each, alone on the machine. */
async function measureStarts(prepare: readonly Prepare[], effort: Effort): Promise<Comparison> {
  const starts = new Map<string, number[]>();
  for (let round = 0; round < effort.rounds; round++) {
    for (const each of prepare) {
      const store = await prepared(each, effort);
      const begin = performance.now();
      await store.start();
      noteIn(starts, store.name, performance.now() - begin);
      await store.stop();
    }
  }
  return means('cold start to first committed put', starts, effort);
}

async function prepared(prepare: Prepare, { cleanup }: Effort): Promise<Store> {
  const store = await prepare();
  cleanup(() => store.stop());
  return store;
}

async function measureFailovers(stores: readonly Store[], effort: Effort): Promise<Comparison> {
  const times = new Map<string, number[]>();
  for (let round = 0; round < Math.max(1, effort.rounds / 3); round++)
    for (const store of stores) noteIn(times, store.name, await store.failOver(keyOf(round)));
  return means('kill -9 of the leader to next commit', times, effort);
}

function noteIn(lists: Map<string, number[]>, name: string, value: number): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [value]);
  else list.push(value);
}

/** Not the median: an election that sometimes splits costs its user the sometimes too. */
function means(
  what: string,
  lists: ReadonlyMap<string, readonly number[]>,
  { say }: Effort,
): Comparison {
  const values = new Map<string, number>();
  for (const [name, list] of lists) {
    values.set(name, list.reduce((sum, value) => sum + value, 0) / list.length);
    say(`${name}: ${what}: ${list.map((value) => value.toFixed(0)).join(' ')} ms`);
  }
  return { what, unit: 'ms', values };
}

/** All stores run while one of them works: an idle one uses about one per cent of a core. */
async function measureLoads(
  sessions: ReadonlyMap<string, Session>,
  { seconds, say }: Effort,
): Promise<Comparison[]> {
  for (const session of sessions.values())
    await runFor({ inFlight: 64, seconds: warmUpSeconds, operation: putWith(session) });
  const found: Comparison[] = [];
  for (const { what, inFlight, operationOf } of loads) {
    const operations = Array.from(sessions.values(), operationOf);
    const speeds = await compareInTurn(operations, { inFlight, seconds });
    const values = new Map(Array.from(sessions.keys(), (name, i) => [name, speeds[i] ?? 0]));
    found.push({ what, unit: 'operations/s', values });
    for (const [name, value] of values) say(`${name}: ${what}: ${value.toFixed(0)} operations/s`);
  }
  return found;
}

const putWith =
  (session: Session): Operation =>
  (number) =>
    session.put(keyOf(number), smallValue);

const getWith =
  (session: Session): Operation =>
  async (number) => {
    const key = keyOf(number % 1000);
    if (!(await session.get(key))) throw new Error(`${key} was put and is not there`);
  };

const loads = [
  { what: 'put, 1 in flight', inFlight: 1, operationOf: putWith },
  { what: 'put, 64 in flight', inFlight: 64, operationOf: putWith },
  { what: 'put, 256 in flight', inFlight: 256, operationOf: putWith },
  { what: 'linearizable get, 64 in flight', inFlight: 64, operationOf: getWith },
];

function rowsOf({ what, unit, values }: Comparison): Row[] {
  const dsys = values.get('dsys');
  if (dsys === undefined) return [];
  return [...values]
    .filter(([name]) => name !== 'dsys')
    .map(([peerName, peer]) => ({ what, dsys, peer, peerName, ratio: dsys / peer, unit }));
}

function missedPromises(rows: readonly Row[]): string[] {
  return rows.flatMap(({ what, ratio, unit }) => {
    const promise = promises[what];
    if (promise === undefined) return [];
    const holds = unit === 'ms' ? ratio <= promise : ratio >= promise;
    const word = unit === 'ms' ? 'at most' : 'at least';
    return holds ? [] : [`${what}: ratio ${ratio.toFixed(2)}, promised ${word} ${promise}`];
  });
}

function table(rows: readonly Row[]): string {
  const cells = [
    ['what', 'dsys', 'peer', 'unit', 'ratio', 'better is', 'peer is'],
    ...rows.map((row) => [
      row.what,
      row.dsys.toFixed(0),
      row.peer.toFixed(0),
      row.unit,
      row.ratio.toFixed(2),
      row.unit === 'ms' ? 'smaller' : 'bigger',
      row.peerName,
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
  const pad = (cell: string, column: number): string =>
    column === 0 || column > 2
      ? cell.padEnd(widths[column] ?? 0)
      : cell.padStart(widths[column] ?? 0);
  return cells.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

function skipped(): Outcome {
  const why =
    'etcd is not installed: nothing to compare with (Debian: apt-get install etcd-server)';
  return { json: { rows: [], skipped: why }, text: why, broken: [], missed: [] };
}

await runProgram({
  defaults: { seconds: 12, rounds: 15, seed: 'peers', nodes: 3 },
  async run({ seconds, rounds }, { cleanup, say }) {
    const version = etcdVersion();
    if (version === null) return skipped();
    const effort = { seconds, rounds, say, cleanup };
    const etcdBy = (channels: ChannelKind) => () => EtcdStore.prepare({ version, channels });
    const newEtcd = etcdBy(standardChannel);
    const newDsys = async () => new DsysStore(await Laboratory.prepare());
    const starts = await measureStarts([newEtcd, etcdBy(leanChannel), newDsys], effort);
    const etcd = await newEtcd();
    cleanup(() => etcd.stop());
    const dsys = await prepared(newDsys, effort);
    for (const store of [etcd, dsys]) await store.start();
    const sessions = new Map([
      [etcd.name, await etcd.connect()],
      [`${etcd.name}${leanChannel.suffix}`, await etcd.connect(leanChannel)],
      [dsys.name, await dsys.connect()],
    ]);
    const running = await measureLoads(sessions, effort);
    for (const session of sessions.values()) await session.close();
    const failovers = await measureFailovers([etcd, dsys], effort);
    const rows = [starts, ...running, failovers].flatMap(rowsOf);
    const promised = rows.filter(({ peerName }) => peerName === etcd.name);
    return { json: { rows }, text: table(rows), broken: [], missed: missedPromises(promised) };
  },
});
