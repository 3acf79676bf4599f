// What a person sees, to the character.

import { describe, expect, it } from 'vitest';
import { clusterReport } from '../../src/cluster/report.ts';
import { groupId } from '../../src/core/model/ids.ts';
import { DsysError } from '../../src/errors.ts';
import { benchLines } from '../../src/terminal/bench-view.ts';
import { columns } from '../../src/terminal/columns.ts';
import { failureJson, failureText } from '../../src/terminal/failure.ts';
import { paletteFor, plain } from '../../src/terminal/palette.ts';
import { durationText, uptimeText } from '../../src/terminal/quantities.ts';
import {
  beliefsLines,
  linksLines,
  raftLines,
  ringLines,
} from '../../src/terminal/status-other-views.ts';
import { statusLines } from '../../src/terminal/status-view.ts';
import {
  cluster,
  controlRow,
  names,
  nodeReport,
  peerStatus,
  status,
} from '../cluster/report-facts.ts';

const answers = [status('node1', [1]), status('node2', [0, 2])];
const dead = nodeReport('node3', {
  state: 'killed',
  pid: null,
  uptimeMs: null,
  keys: null,
  leads: null,
  incarnation: null,
});
const report = clusterReport({
  cluster,
  nodes: [nodeReport('node1'), nodeReport('node2', { leads: 2, pid: 4102 }), dead],
  answers,
});

describe('status', () => {
  it('shows a line a node, the dead ones too', async () => {
    expect(await statusLines(report, plain)).toEqual([
      'CLUSTER lab  3 nodes  leader node2 (term 4)  quorum OK 2/3  faults 0',
      'NODE   STATE   ROLE      TERM  COMMIT  APPLIED  LAG  LEADS  KEYS  NETWORK   PID  UPTIME',
      'node1  up      follower     4     118      118    0      1    40  ok       4101   2m10s',
      'node2  up      leader       4     118      118    0      2    40  ok       4102   2m10s',
      'node3  killed  -            -       -        -    -      -     -  -           -       -',
      'DATA   2 partitions  RF 3  40 keys  under-replicated 2  unavailable 0  pending one-writes 0',
    ]);
  });

  it('of one node still tells the quorum of the whole cluster', async () => {
    const one = { ...report, nodes: report.nodes.filter(({ name }) => name === 'node3') };
    const [head, , row] = await statusLines(one, plain);
    expect(head).toBe('CLUSTER lab  3 nodes  leader node2 (term 4)  quorum OK 2/3  faults 0');
    expect(row).toContain('node3  killed');
  });

  it('has a line of moves while there are some, and says what to do about what is odd', async () => {
    const row = controlRow({
      members: ['node1', 'node2', 'node4'],
      departures: [{ node: 'node2', how: 'leaving', epoch: 2, groups: [groupId(0), groupId(2)] }],
      placement: [names, ['node1', 'node2', 'node4'], names],
    });
    const moving = clusterReport({ cluster, nodes: report.nodes, answers, control: row });
    expect((await statusLines(moving, plain)).slice(-3)).toEqual([
      'MOVES  1 of 6 replicas, node4 joining, node2 leaving (2 groups left)',
      'node4 is a member, but its join was broken off: dsys join node4',
      'node3 was taken out of the cluster: dsys replace node3, or dsys leave node3',
    ]);
  });

  it('claims no number of keys when nobody answers', async () => {
    const silent = clusterReport({ cluster, nodes: [dead], answers: [] });
    const data = (await statusLines(silent, plain)).at(-1);
    expect(data).toContain('keys unknown');
    expect(data).toContain('pending one-writes unknown');
  });

  it('shows why a node crashed, its last lines and its log', async () => {
    const crash = {
      exitCode: 1,
      code: 'disk-full',
      message: 'the disk is full',
      hint: 'free some space',
      log: '/x/node.log',
      lastLines: ['a line'],
    };
    const nodes = [nodeReport('node1', { state: 'crashed', pid: null, crash })];
    const lines = await statusLines(clusterReport({ cluster, nodes, answers: [] }), plain);
    expect(lines.slice(-4)).toEqual([
      'node1 crashed: the disk is full',
      '  → free some space',
      '  │ a line',
      '  log: /x/node.log',
    ]);
    expect(lines[0]).toBe('CLUSTER lab  3 nodes  no leader  quorum LOST 0/1  faults 0');
  });

  it('has a line a group, a line a share of the ring, and a square of beliefs', async () => {
    expect((await raftLines(report, plain)).slice(1)).toEqual([
      'GROUP    LEADER  TERM  COMMIT  REPLICAS           AVAILABLE',
      'control  node2      4     118  node1 node2 node3  yes',
      'p1       node1      4     118  node1 node2 node3  yes',
      'p2       node2      4     118  node1 node2 node3  yes',
    ]);
    expect((await ringLines(report, plain)).slice(1)).toEqual([
      'NODE   HOLDS            LEADS            KEYS            LEADS PARTITIONS',
      'node1      2  ████████      1  ████████    40  ████████  1',
      'node2      2  ████████      1  ████████    40  ████████  2',
      'node3      2  ████████      0  ········    40  ████████  -',
      'BALANCE  max/mean: replicas 1.00  leads 1.50  keys 1.00',
    ]);
    expect((await beliefsLines(report, plain)).slice(1, 3)).toEqual([
      'FROM \\ TO  node1   node2   node3',
      'node1      -       up 0.1  up 0.1',
    ]);
    expect((await linksLines(report, plain)).slice(1, 3)).toEqual([
      'FROM \\ TO  node1      node2      node3',
      'node1      -          connected  connected',
    ]);
  });

  it('shows the zones where there are any', async () => {
    const nodes = report.nodes.map((node, at) => ({ ...node, zone: at === 1 ? 'b' : '' }));
    expect((await ringLines({ ...report, nodes }, plain)).slice(1, 4)).toEqual([
      'NODE   ZONE  HOLDS            LEADS            KEYS            LEADS PARTITIONS',
      'node1  -         2  ████████      1  ████████    40  ████████  1',
      'node2  b         2  ████████      1  ████████    40  ████████  2',
    ]);
  });

  it('marks whom the nodes do not agree about, and who doubts itself', async () => {
    const dead = peerStatus('node3', { belief: 'dead', phi: 23.118, connected: false });
    const answers = [
      status('node1', [0], { peers: [peerStatus('node2'), dead], localHealth: 2 }),
      status('node2', [1]),
    ];
    const nodes = names.map((name) => nodeReport(name));
    const divided = clusterReport({ cluster, nodes, answers });
    expect((await beliefsLines(divided, plain)).slice(1, -1)).toEqual([
      'FROM \\ TO  node1   node2   node3 ≠',
      'node1      -       up 0.1  dead 23.1',
      'node2      up 0.1  -       up 0.1',
      'node3      -       -       -',
      '≠ node3: dead says node1; up says node2',
      'node1 doubts itself (2 of 8): its own loop or its probes lag',
    ]);
    expect((await linksLines(divided, plain))[2]).toBe('node1      -          connected  silent');
  });
});

describe('tables', () => {
  it('align without borders, and no line ends in a blank', async () => {
    const shape = [
      { title: 'NAME', cell: (row: string) => row },
      { title: 'LENGTH', align: 'right' as const, cell: (row: string) => String(row.length) },
    ];
    expect(await columns(['a', 'long name'], shape)).toEqual([
      'NAME       LENGTH',
      'a               1',
      'long name       9',
    ]);
    expect(await columns([], shape)).toEqual(['NAME  LENGTH']);
  });
});

describe('numbers', () => {
  it('are written in the unit that a person would choose', () => {
    expect([0.4, 12, 3400, 130_000, 7_500_000, 270_000_000].map(durationText)).toEqual([
      '0 ms',
      '12 ms',
      '3.4 s',
      '2m10s',
      '2h05m',
      '3d03h',
    ]);
    expect([null, 900, 45_000, 130_000].map(uptimeText)).toEqual(['-', '0s', '45s', '2m10s']);
  });

  it('show what a bench found', () => {
    const lines = benchLines(
      { op: 'put', consistency: 'quorum', clients: 64 },
      {
        count: 1000,
        throughput: 5000,
        p50Ms: 1.234,
        p99Ms: 12.34,
        p999Ms: 20,
        maxMs: 30,
        failed: 1,
        unknown: 2,
        errors: { timeout: 3 },
        elapsedMs: 200,
      },
    );
    expect(lines).toEqual([
      'put quorum  64 in flight  5000/s',
      '  latency  p50 1.23 ms  p99 12.3 ms  p999 20.0 ms  max 30.0 ms',
      '  ok 1000  failed 1  unknown 2  (timeout 3)',
    ]);
  });
});

describe('failures', () => {
  const error = new DsysError({
    code: 'unavailable',
    message: 'no quorum',
    hint: 'dsys start all',
  });

  it('have a message, a hint and no stack', () => {
    expect(failureText(error)).toBe('✖ no quorum\n  → dsys start all\n');
  });

  it('are JSON of schema 1', () => {
    expect(failureJson(error)).toEqual({
      schema: 1,
      error: {
        code: 'unavailable',
        message: 'no quorum',
        hint: 'dsys start all',
        retryable: true,
        details: {},
      },
    });
  });

  it('say in their details that an outcome is unknown', () => {
    const unknown = new DsysError({ code: 'outcome-unknown', message: 'm', outcome: 'unknown' });
    expect(failureJson(unknown).error.details).toEqual({ outcome: 'unknown' });
  });
});

describe('colour', () => {
  it('is only for terminals, and never with NO_COLOR', () => {
    const before = process.env.NO_COLOR;
    delete process.env.NO_COLOR;
    process.env.TERM = 'xterm';
    expect(paletteFor({ isTTY: true }).red('x')).toBe('\u001B[31mx\u001B[39m');
    expect(paletteFor({ isTTY: false }).red('x')).toBe('x');
    process.env.NO_COLOR = '1';
    expect(paletteFor({ isTTY: true }).red('x')).toBe('x');
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
  });
});

it('names every node once', () => {
  expect(report.nodes.map((node) => node.name)).toEqual(names);
});
