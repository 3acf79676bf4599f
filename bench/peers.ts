// `npm run bench:peers`: three local etcd processes, then three dsys nodes, the same operations for
// the same time on the same machine. Exits 1 when dsys is not as much better as it promises.

import { DsysStore } from './dsys-store.ts';
import { EtcdStore, etcdVersion } from './etcd-store.ts';
import { Laboratory } from './laboratory.ts';
import { leanChannel } from './lean-channel.ts';
import { measure } from './load.ts';
import { type Cleanup, type Outcome, runProgram } from './program.ts';
import { standardChannel } from './standard-channel.ts';
import { type Session, type Store, smallValue } from './store.ts';

const keys = 10_000;
/** Both sides work this long before anything is measured: a just-in-time compiler needs it. */
const warmUpSeconds = 10;
const keyOf = (number: number): string => `key:${number % keys}`;

interface Measurement {
  readonly what: string;
  readonly value: number;
  readonly unit: 'operations/s' | 'ms';
}

interface Row {
  readonly what: string;
  readonly dsys: number;
  readonly peer: number;
  readonly peerName: string;
  /** dsys ÷ peer: above 1 is better for operations/s, below 1 is better for ms. */
  readonly ratio: number;
  readonly unit: Measurement['unit'];
}

/** The promises: at least, for operations/s; at most, for ms. */
const promises: Readonly<Record<string, number>> = {
  'put, 64 in flight': 2,
  'linearizable get, 64 in flight': 3,
  'cold start to first committed put': 0.6,
};

interface Effort {
  readonly seconds: number;
  /** How often the whole cluster is started, and how often its leader is killed. */
  readonly rounds: number;
  readonly say: (line: string) => void;
  readonly cleanup: Cleanup;
}

/** Every round starts an empty cluster; the last one is measured. */
async function measureStore(
  prepare: () => Promise<Store>,
  effort: Effort,
): Promise<{ name: string; found: Measurement[] }> {
  const starts: number[] = [];
  for (;;) {
    const store = await prepare();
    effort.cleanup(() => store.stop());
    const begin = performance.now();
    await store.start();
    starts.push(performance.now() - begin);
    if (starts.length >= effort.rounds) return measureRunning(store, starts, effort);
    await store.stop();
  }
}

async function measureRunning(
  store: Store,
  starts: readonly number[],
  effort: Effort,
): Promise<{ name: string; found: Measurement[] }> {
  const found: Measurement[] = [];
  const note = (measurement: Measurement): void => {
    found.push(measurement);
    const { what, value, unit } = measurement;
    effort.say(`${store.name}: ${what} ${value.toFixed(0)} ${unit}`);
  };
  note({ what: 'cold start to first committed put', value: mean(starts), unit: 'ms' });
  const session = await store.connect();
  await warmUp(session);
  for (const load of loads(session)) {
    const { perSecond } = await measure({ ...load, seconds: effort.seconds });
    note({ what: load.what, value: perSecond, unit: 'operations/s' });
  }
  await session.close();
  const times: number[] = [];
  for (let round = 0; round < effort.rounds; round++)
    times.push(await store.failOver(keyOf(round)));
  note({ what: 'kill -9 of the leader to next commit', value: mean(times), unit: 'ms' });
  await store.stop();
  return { name: store.name, found };
}

/** Not the median: an election that sometimes splits costs its user the sometimes too. */
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

async function warmUp(session: Session): Promise<void> {
  const operation = (number: number) => session.put(keyOf(number), smallValue);
  await measure({ inFlight: 64, seconds: warmUpSeconds, operation });
}

function loads(
  session: Session,
): { what: string; inFlight: number; operation: (n: number) => Promise<unknown> }[] {
  const put = (number: number) => session.put(keyOf(number), smallValue);
  const get = async (number: number): Promise<void> => {
    if (!(await session.get(keyOf(number))))
      throw new Error(`${keyOf(number)} was put and is not there`);
  };
  return [
    { what: 'put, 1 in flight', inFlight: 1, operation: put },
    { what: 'put, 64 in flight', inFlight: 64, operation: put },
    { what: 'put, 256 in flight', inFlight: 256, operation: put },
    { what: 'linearizable get, 64 in flight', inFlight: 64, operation: (n) => get(n % 1000) },
  ];
}

function compare(
  dsys: readonly Measurement[],
  peer: readonly Measurement[],
  peerName: string,
): Row[] {
  return dsys.flatMap(({ what, value, unit }) => {
    const other = peer.find((each) => each.what === what)?.value;
    return other === undefined
      ? []
      : [{ what, dsys: value, peer: other, peerName, ratio: value / other, unit }];
  });
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
  defaults: { seconds: 5, rounds: 5, seed: 'peers', nodes: 3 },
  async run({ seconds, rounds }, { cleanup, say }) {
    const version = etcdVersion();
    if (version === null) return skipped();
    const effort = { seconds, rounds, say, cleanup };
    const standard = () => EtcdStore.prepare({ version, channels: standardChannel });
    const lean = () => EtcdStore.prepare({ version, channels: leanChannel });
    const peers = [await measureStore(standard, effort), await measureStore(lean, effort)];
    const own = async () => new DsysStore(await Laboratory.prepare());
    const dsys = (await measureStore(own, effort)).found;
    const rows = peers.flatMap(({ name, found }) => compare(dsys, found, name));
    const promised = rows.filter((row) => row.peerName === peers[0]?.name);
    return { json: { rows }, text: table(rows), broken: [], missed: missedPromises(promised) };
  },
});
