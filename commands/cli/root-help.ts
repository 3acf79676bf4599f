// What `dsys` alone and `dsys --help` show: how to begin, then every verb under its heading.

import type { Config } from './command.ts';

const headings: Readonly<Record<string, string>> = {
  cluster: 'Run a cluster',
  data: 'Use it',
  grow: 'Grow it, shrink it, repair it',
  break: 'Break it',
  look: 'Look at it',
  prove: 'Prove it',
  more: 'More',
};

export function rootHelp(config: Config): string {
  const sections = Object.entries(headings).flatMap(([group, heading]) =>
    section(heading, verbsOf(config, group)),
  );
  return `${[...opening, ...sections, ...ending].join('\n')}\n`;
}

const opening = [
  'dsys: a real distributed system on one laptop, and the laboratory around it',
  '',
  '  dsys up --nodes 3                            three processes that agree and replicate',
  '  dsys put user:1001 \'{"name":"Alice"}\'        write at quorum; dsys get user:1001 reads it',
  '  dsys kill leader                             it goes on; dsys status shows how',
];

const ending = ['', 'dsys VERB --help shows the flags of a verb. Every verb has --json and -q.'];

interface Verb {
  readonly id: string;
  readonly summary: string;
}

function verbsOf(config: Config, group: string): Verb[] {
  return config.commands
    .filter((command) => !command.hidden && groupOf(command) === group)
    .map(({ id, summary, description }) => ({ id, summary: summary ?? description ?? '' }));
}

/** The heading of a verb. */
export function groupOf(command: { readonly [name: string]: unknown }): string {
  const { group } = command;
  return typeof group === 'string' && group in headings ? group : 'more';
}

function section(heading: string, verbs: readonly Verb[]): string[] {
  if (verbs.length === 0) return [];
  const lines = verbs.map(({ id, summary }) => `  ${id.padEnd(15)} ${summary.split('\n')[0]}`);
  return ['', heading, ...lines];
}
