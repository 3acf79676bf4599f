// Plays a script with our machine, step by step, and tells where the two differ.

import { run, type Scene } from './commands.ts';
import { compare, compareReadies, compareStandings, type Known } from './comparison.ts';
import { Group } from './group.ts';
import { Report } from './report.ts';
import { parseCommand, type Step } from './script.ts';
import { isMuted, readTranscript } from './transcript.ts';

/** What is done otherwise at one step, because our machine cannot do the same there. */
export interface Detour {
  /** Commands in the place of the step's own; absent: its own. */
  readonly instead?: readonly string[];
}

/** What etcd and our group did at one step, before anything is compared. */
export interface Played {
  readonly step: Step;
  /** True: the script hides what happened, so nothing is compared. */
  readonly muted: boolean;
  readonly etcd: Report;
  readonly ours: Report;
  /** How every member stood at its last Ready. */
  readonly standings: Known;
}

export function play(
  steps: readonly Step[],
  detourAt: (step: Step) => Detour | undefined = () => undefined,
): readonly Played[] {
  const scene: Scene = { group: new Group(), leases: false, level: 'info' };
  return steps.map((step) => {
    const muted = isMuted(step, scene.level);
    const ours = new Report();
    scene.group.report = ours;
    const directives = detourAt(step)?.instead?.map((line) => parseCommand([line])) ?? [step];
    for (const directive of directives) run(scene, directive);
    const seats = [...scene.group.seats.values()];
    for (const seat of seats) if (seat.isUnsure) ours.unsure.add(seat.name);
    const standings = new Map(seats.map(({ name, standing }) => [name, standing]));
    return { step, muted, etcd: readTranscript(step), ours, standings };
  });
}

/** The differences at each step. */
export function judge(played: readonly Played[]): readonly (readonly string[])[] {
  const known: Known = new Map();
  return played.map((at) => judgeStep(known, at));
}

function judgeStep(known: Known, played: Played): readonly string[] {
  const { step, muted, etcd, ours, standings } = played;
  if (muted) {
    if (step.output.join() !== 'ok') throw new Error(`line ${step.line}: hidden, yet printed`);
    known.clear();
    return [];
  }
  const sides = { etcd, ours };
  return [
    ...compare(step, sides),
    ...compareReadies(known, sides),
    ...compareStandings(known, standings),
  ];
}
