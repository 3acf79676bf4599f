// `npm run zoo [-- --seeds N BUG …]`: plants each bug in turn and lets the simulator look for it, from
// seed 1 on. Prints how many seeds each one needed and who caught it. Fails when one is not caught
// within 200 seeds, or by somebody who should not have noticed, or when one of those seeds fails
// without the bug as well.
//
//   bug (data) ─► build with the text replaced ─► worker runs seeds 1, 2, 3 … ─► first failure
//                 build as it is ──────────────► worker runs the same seeds ──► all green

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bug, readBugs } from './bug.ts';
import { type Building, buildSubject } from './build.ts';
import { type Catch, hunt } from './hunt.ts';
import { complaintOf, lineOf, type Verdict } from './verdict.ts';

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '200' } },
});
const seedCount = Number(values.seeds);
if (!Number.isInteger(seedCount) || seedCount < 1) {
  throw new Error(`--seeds: expected a whole number from 1, found ${values.seeds}`);
}
const seeds = Array.from({ length: seedCount }, (_, at) => at + 1);

/** The build without a bug; each seed is run once, however many bugs needed it. */
class SoundRuns {
  readonly #subject: string;
  readonly #runs = new Map<number, Promise<Catch | null>>();

  constructor(subject: string) {
    this.#subject = subject;
  }

  /** The first of the seeds up to this one that fails, or null. */
  async upTo(last: number): Promise<Catch | null> {
    for (const seed of seeds.slice(0, last)) {
      const failed = await this.#run(seed);
      if (failed !== null) return failed;
    }
    return null;
  }

  #run(seed: number): Promise<Catch | null> {
    const known = this.#runs.get(seed);
    if (known !== undefined) return known;
    const run = hunt(this.#subject, [seed]);
    this.#runs.set(seed, run);
    return run;
  }
}

async function judge(bug: Bug, building: Building, soundRuns: SoundRuns): Promise<Verdict> {
  const begun = performance.now();
  const caught = await hunt(await buildSubject(building, bug), seeds);
  const sound = caught === null ? null : await soundRuns.upTo(caught.seed);
  return { bug, caught, sound, seconds: (performance.now() - begun) / 1000 };
}

async function huntAll(building: Building, bugs: readonly Bug[]): Promise<readonly Verdict[]> {
  const soundRuns = new SoundRuns(await buildSubject(building, null));
  const queue = [...bugs];
  const verdicts: Verdict[] = [];
  const lane = async () => {
    for (let bug = queue.shift(); bug !== undefined; bug = queue.shift()) {
      const verdict = await judge(bug, building, soundRuns);
      console.log(lineOf(verdict));
      verdicts.push(verdict);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return verdicts;
}

/** Builds go below node_modules: there they find the packages, and nobody looks for source. */
async function inBuilding<T>(root: string, work: (building: Building) => Promise<T>): Promise<T> {
  const parent = join(root, 'node_modules/.cache');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'zoo-'));
  try {
    return await work({ root, folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const root = process.cwd();
const bugs = readBugs(root).filter(({ id }) => wanted.length === 0 || wanted.includes(id));
const verdicts = await inBuilding(root, (building) => huntAll(building, bugs));
const missed = verdicts.filter((verdict) => complaintOf(verdict) !== null);
const most = Math.max(0, ...verdicts.map(({ caught }) => caught?.seed ?? 0));
console.log(
  `zoo: ${verdicts.length - missed.length} of ${bugs.length} bugs caught within ` +
    `${seeds.length} seeds, the hardest in ${most}`,
);
for (const { bug } of missed) console.log(`  not as it should be: ${bug.id}`);
if (missed.length > 0 || bugs.length === 0) process.exitCode = 1;
