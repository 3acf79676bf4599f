// The import table of the house (docs/house.md): which room may use which other rooms, packages and
// modules of Node. What is not listed is forbidden. Every widening of the first design has its
// reason.

export type Depth = 'values' | 'types';

export interface Room {
  /** Rooms it may import, and whether only their types. A room may always import itself. */
  readonly imports: Readonly<Record<string, Depth>>;
  readonly packages: readonly string[];
  /** Modules of Node: all, none, or the listed ones. */
  readonly node: 'all' | readonly string[];
}

const room = (
  imports: Readonly<Record<string, Depth>>,
  packages: readonly string[] = [],
  node: Room['node'] = [],
): Room => ({ imports, packages, node });

/** `core/*` stands for every protocol of core. */
export const rooms: Readonly<Record<string, Room>> = {
  errors: room({}),
  'core/model': room({}),
  'core/raft': room({ 'core/model': 'values' }),
  'core/membership': room({ 'core/model': 'values' }),
  'core/placement': room({ 'core/model': 'values' }),
  'core/clocks': room({ 'core/model': 'values' }),
  'core/control': room({ 'core/model': 'values' }),
  'core/data': room({ 'core/model': 'values', 'core/clocks': 'values' }),
  'core/transactions': room({ 'core/model': 'values', 'core/clocks': 'values' }),
  // The composing files: node.ts, contract.ts, messages.ts, and core/node/, the parts of the one
  // machine.
  core: room({ 'core/model': 'values', 'core/*': 'values' }),
  ports: room({ 'core/model': 'types' }),
  // Values of core/model: the functions that make ids from decoded text, and the limits that bound
  // a frame.
  wire: room(
    { core: 'types', 'core/*': 'types', 'core/model': 'values', errors: 'values' },
    ['msgpackr', 'murmurhash'],
    ['node:zlib'],
  ),
  // What every world that drives a node does alike; it waits for nothing and knows no device. An
  // error of its own: the node was removed, and ends in every world.
  host: room({
    core: 'types',
    'core/*': 'types',
    'core/model': 'values',
    ports: 'types',
    wire: 'values',
    errors: 'values',
  }),
  faults: room({ 'core/model': 'values' }),
  checkers: room({ 'core/model': 'values' }),
  simulation: room({
    core: 'values',
    'core/*': 'values',
    'core/model': 'values',
    ports: 'types',
    wire: 'values',
    host: 'values',
    faults: 'values',
    checkers: 'values',
  }),
  runtime: room(
    {
      core: 'values',
      'core/*': 'values',
      'core/model': 'values',
      ports: 'types',
      wire: 'values',
      host: 'values',
      faults: 'values',
      errors: 'values',
    },
    ['zeromq', 'classic-level'],
    'all',
  ),
  // It reads cluster.json and its key from DSYS_HOME, and draws a client id that no other process
  // has.
  client: room(
    { 'core/model': 'values', ports: 'types', wire: 'values', errors: 'values' },
    ['zeromq'],
    ['node:fs', 'node:fs/promises', 'node:os', 'node:path', 'node:crypto'],
  ),
  cluster: room(
    {
      'core/model': 'values',
      client: 'values',
      ports: 'types',
      wire: 'values',
      faults: 'values',
      checkers: 'types',
      errors: 'values',
    },
    ['execa', 'hdr-histogram-js', 'yaml'],
    'all',
  ),
  terminal: room({ errors: 'values' }, ['ora', 'inquirer', 'cli-table3'], ['node:process']),
  commands: room({
    'commands/cli': 'values',
    'core/model': 'types',
    cluster: 'values',
    client: 'values',
    simulation: 'values',
    checkers: 'values',
    faults: 'values',
    terminal: 'values',
    errors: 'values',
  }),
  // Finds the verb and runs it.
  'commands/entry': room({
    commands: 'values',
    'commands/cli': 'values',
    cluster: 'values',
    terminal: 'values',
    errors: 'values',
  }),
  // What the build does after the compiler: packs the programs, describes the verbs, records code.
  'commands/build': room(
    { 'commands/cli': 'values', cluster: 'values' },
    ['esbuild'],
    ['node:fs', 'node:path'],
  ),
  // The one frame around every verb: parsing, exit codes, --json.
  'commands/cli': room(
    { cluster: 'values', client: 'types', terminal: 'values', errors: 'values' },
    ['@oclif/core'],
    ['node:fs', 'node:path', 'node:process'],
  ),
  // Programs around the house: they measure it from outside, through the library and the command
  // line.
  bench: room(
    {
      'core/model': 'values',
      client: 'values',
      cluster: 'values',
      wire: 'values',
      errors: 'values',
    },
    ['@grpc/grpc-js'],
    'all',
  ),
};

/**
 * Each third-party package enters the house through one file, so that replacing it changes one
 * file.
 */
export const doorways: Readonly<Record<string, readonly string[]>> = {
  // Two ends of one wire: a program that imports the library must not load the node with it.
  zeromq: ['src/runtime/transport/zeromq.ts', 'src/client/zeromq.ts'],
  'classic-level': ['src/runtime/storage/engine.ts'],
  msgpackr: ['src/wire/msgpack.ts'],
  murmurhash: ['src/wire/key-hash.ts'],
  execa: ['src/cluster/child-process.ts'],
  yaml: ['src/cluster/config-file.ts'],
  'hdr-histogram-js': ['src/cluster/latency.ts'],
  'cli-table3': ['src/terminal/columns.ts'],
  ora: ['src/terminal/phases.ts'],
  inquirer: ['src/terminal/prompts.ts'],
  '@oclif/core': ['commands/cli/command.ts'],
  // Only to build dsys.
  esbuild: ['commands/build/pack.ts'],
  // Only to measure a peer; dsys itself does not need it.
  '@grpc/grpc-js': ['bench/standard-channel.ts'],
};

/** Where reading starts; a source file that none of these reaches is dead. */
export const entries = {
  /** Named by package.json: what a program imports, and the process of a node. */
  files: ['src/client/connect.ts', 'src/runtime/main.ts'],
  folders: ['commands/', 'bench/'],
} as const;

const besideVerbs = ['cli', 'entry', 'build'];

function roomOfCommands(name: string): string {
  return besideVerbs.includes(name) ? `commands/${name}` : 'commands';
}

/** `src/core/raft/log.ts` → `core/raft`; null: outside the table (tests, configuration). */
export function roomOf(path: string): string | null {
  const parts = path.split('/');
  if (parts[0] === 'bench') return 'bench';
  if (parts[0] === 'commands') return roomOfCommands(parts[1] ?? '');
  if (parts[0] !== 'src') return null;
  if (parts[1] === 'core')
    return parts.length > 3 && parts[2] !== 'node' ? `core/${parts[2]}` : 'core';
  return (parts[1] ?? '').replace(/\.ts$/, '');
}
