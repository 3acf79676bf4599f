// Reads what etcd printed for one command into a Report. Every line is understood, or known to say
// nothing that is compared, or an error: nothing is skipped by accident.

import { readEntries, readMessage } from './messages.ts';
import { addAll, Report, type Standing } from './report.ts';
import type { Step } from './script.ts';

/** Where in the output a line stands. */
type Section = 'none' | 'entries' | 'committed' | 'messages' | 'receiving' | 'processing';

/** True: the log level hides what happened. */
export function isMuted(step: Step, level: string): boolean {
  return (step.options.get('log-level')?.[0] ?? level) === 'none';
}

export function readTranscript(step: Step): Report {
  const report = new Report();
  const reader = new Reader(report, step);
  for (const line of joined(step.output)) reader.read(line);
  return report;
}

/** One line for each message: entries, responses and snapshots are printed over several. */
export function joined(lines: readonly string[]): readonly string[] {
  const whole: string[] = [];
  let open = 0;
  for (const raw of lines) {
    const line = raw.trim();
    const last = whole.length - 1;
    if (last >= 0 && (open > 0 || line.startsWith('Snapshot: '))) whole[last] += ` ${line}`;
    else whole.push(line);
    open += count(line, '[') - count(line, ']');
  }
  return whole;
}

/** Brackets outside of quotes. */
function count(line: string, bracket: string): number {
  return line.replace(/"(?:[^"\\]|\\.)*"/g, '').split(bracket).length - 1;
}

const roles: Readonly<Record<string, string>> = {
  StateFollower: 'follower',
  StatePreCandidate: 'pre-candidate',
  StateCandidate: 'candidate',
  StateLeader: 'leader',
};

const silent = [
  /^ok$/,
  /^Ready MustSync=/,
  /^<empty Ready>$/,
  /^Snapshot Index:/,
  /^(DEBUG|WARN|ERROR) /,
  /^INFO /,
  // The answer of a removed member.
  /^raft: cannot step as peer not found$/,
];

class Reader {
  readonly #report: Report;
  readonly #step: Step;
  #member: string;
  #section: Section;

  constructor(report: Report, step: Step) {
    this.#report = report;
    this.#step = step;
    this.#member = step.words[0] ?? '';
    this.#section = step.command === 'deliver-msgs' ? 'receiving' : 'none';
    if (step.command === 'process-ready' && step.words.length === 1) this.#beginReady();
  }

  read(line: string): void {
    if (this.#readHeader(line) || this.#readState(line) || this.#readContent(line)) return;
    const switched = /^INFO (\d+ )switched to configuration (voters=.*?)( autoleave)?$/.exec(line);
    if (switched !== null) {
      this.#report.switched.add(`${switched[1]}${switched[2]}`);
      return;
    }
    const became = /^INFO (\d+) became (follower|pre-candidate|candidate|leader) at term (\d+)$/;
    const [, member, role, term] = became.exec(line) ?? [];
    if (member !== undefined) this.#report.became.add(`${member} ${role} ${term}`);
    else if (!silent.some((pattern) => pattern.test(line))) {
      throw new Error(`line ${this.#step.line}, ${this.#step.text}: not understood: ${line}`);
    }
  }

  #beginReady(): void {
    this.#report.readies.push({ member: this.#member, standing: {} });
  }

  #stands(standing: Standing): void {
    const last = this.#report.readies.at(-1);
    if (last === undefined) throw new Error(`a standing outside of a Ready: ${this.#step.text}`);
    last.standing = { ...last.standing, ...standing };
  }

  #readHeader(line: string): boolean {
    const header = /^> (\d+) (handling|receiving|processing) /.exec(line);
    if (header !== null) {
      this.#member = header[1] ?? '';
      this.#section = header[2] === 'receiving' ? 'receiving' : 'none';
      if (header[2] === 'handling') this.#beginReady();
      return true;
    }
    const sections: Readonly<Record<string, Section>> = {
      'Entries:': 'entries',
      'CommittedEntries:': 'committed',
      'Messages:': 'messages',
      'Responses:': 'messages',
      'Processing:': 'processing',
    };
    const section = sections[line];
    if (section === undefined) return false;
    this.#section = section;
    return true;
  }

  #readState(line: string): boolean {
    const soft = /^Lead:(\d+) State:(\w+)$/.exec(line);
    if (soft !== null) {
      const [, lead = '', state = ''] = soft;
      this.#stands({ lead, role: roles[state] ?? state });
      return true;
    }
    if (this.#readBirth(line) || this.#readUnsure(line)) return true;
    const hard = /^HardState Term:(\d+)(?: Vote:(\d+))? Commit:(\d+)$/.exec(line);
    if (hard === null) return false;
    const [, term = '', vote = '0', commit = ''] = hard;
    this.#stands({ term, vote, commit });
    return true;
  }

  /** A new member, whose log begins after a snapshot at `index`, or is empty. */
  #readBirth(line: string): boolean {
    const member = /^INFO newRaft (\d+) /.exec(line)?.[1];
    if (member === undefined) return false;
    const { options } = this.#step;
    const [commit = '0'] = options.get('index') ?? [];
    const peers = `peers: [${options.get('voters')?.join(',') ?? ''}], term: 0`;
    const points = `commit: ${commit}, applied: ${commit}, lastindex: ${commit}`;
    const last = `lastterm: ${commit === '0' ? 0 : 1}`;
    if (line !== `INFO newRaft ${member} [${peers}, ${points}, ${last}]`) {
      throw new Error(`not the member that was asked for: ${line}`);
    }
    const standing = { role: 'follower', lead: '0', term: '0', vote: '0', commit };
    this.#report.readies.push({ member, standing });
    return true;
  }

  /** A write is done whose entries were replaced in the meantime: it proves nothing. */
  #readUnsure(line: string): boolean {
    const older = /^INFO \d+ \[term: \d+\] ignored entry appends from a MsgStorageAppendResp /;
    const other = /^INFO entry at \(index,term\)=\(\d+,\d+\) mismatched with entry at /;
    if (!older.test(line) && !other.test(line)) return false;
    this.#report.unsure.add(this.#member);
    return true;
  }

  #readContent(line: string): boolean {
    const prints = ['raft-state', 'status', 'raft-log', 'compact'];
    if (prints.includes(this.#step.command)) {
      this.#report.lines.push(line);
      return true;
    }
    if (/^(dropped: )?\w+->\w+ Msg/.test(line)) {
      this.#readMessageLine(line);
      return true;
    }
    const entries = readEntries(line);
    if (entries.length === 0) return false;
    const { persisted, committed } = this.#report;
    addAll(this.#section === 'committed' ? committed : persisted, this.#member, entries);
    return true;
  }

  #readMessageLine(line: string): void {
    if (this.#section === 'processing') return;
    const message = readMessage(line.replace('dropped: ', ''));
    if (message === null) return;
    if (line.startsWith('dropped: ')) this.#report.dropped.push(message);
    else if (this.#section === 'receiving') this.#report.received.push(message);
    else this.#report.sent.push(message);
  }
}
