// The form of etcd's interaction scripts (datadriven): comments, a command with its arguments and
// perhaps lines of input, `----`, and what etcd printed, up to a blank line.

export interface Step {
  /** Of the command, from 1. */
  readonly line: number;
  readonly text: string;
  readonly command: string;
  /** Arguments without a name, in order. */
  readonly words: readonly string[];
  /** Arguments with a name; `voters=(1,2)` and `drop=3` are lists. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly input: readonly string[];
  /** What etcd printed. */
  readonly output: readonly string[];
}

export function parseScript(text: string): readonly Step[] {
  const lines = text.split('\n');
  const steps: Step[] = [];
  let head: string[] = [];
  let at = 0;
  for (; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line === '' || line.startsWith('#')) continue;
    if (line !== '----') {
      head.push(line);
      continue;
    }
    const output = untilBlank(lines, at + 1);
    steps.push({ ...parseCommand(head), line: at - head.length + 1, output });
    head = [];
    at += output.length;
  }
  if (head.length > 0) throw new Error(`no ---- after: ${head.join(' / ')}`);
  return steps;
}

function untilBlank(lines: readonly string[], from: number): readonly string[] {
  const rest = lines.slice(from);
  const blank = rest.indexOf('');
  return blank < 0 ? rest : rest.slice(0, blank);
}

type Command = Omit<Step, 'line' | 'output'>;

/** The command's line, and its lines of input if it has any. */
export function parseCommand([text = '', ...input]: readonly string[]): Command {
  const [command = '', ...args] = text.split(' ').filter((part) => part !== '');
  const words: string[] = [];
  const options = new Map<string, readonly string[]>();
  for (const arg of args) {
    const named = /^([a-z][a-z0-9-]*)=(.*)$/.exec(arg);
    if (named === null) words.push(arg);
    else options.set(named[1] ?? '', listOf(named[2] ?? ''));
  }
  return { text, command, words, options, input };
}

function listOf(value: string): readonly string[] {
  return value
    .replace(/[()]/g, '')
    .split(',')
    .filter((part) => part !== '');
}
