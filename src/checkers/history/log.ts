// The lines that Jepsen prints while it runs: `INFO  jepsen.util - 3<tab>:invoke<tab>:cas<tab>[2
// 4]`. A failed cas in such a log failed its comparison; a value of :timed-out says nothing.

import type { Json } from '../json.ts';
import { parseEdn } from './edn.ts';
import { type Event, pairEvents } from './events.ts';
import { type Malformed, malformed, type Operation } from './history.ts';

const eventLine = /^INFO\s+jepsen\.util - (\S+)\s+:(invoke|ok|fail|info)\s+:(\S+)\s*(.*)$/;
const otherLine = /^(INFO|WARN|ERROR|DEBUG)\s/;
const looksLikeEvent = /jepsen\.util - \d+\s+:/;

export function isLog(text: string): boolean {
  return /^\s*(INFO|WARN|ERROR|DEBUG)\s/.test(text);
}

/** The operations of a log; lines of other parts of Jepsen are skipped. */
export function operationsOfLog(text: string): readonly Operation[] | Malformed {
  const events: Event[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const match = eventLine.exec(line);
    if (match === null) {
      if (otherLine.test(line) && !looksLikeEvent.test(line)) continue;
      return malformed(index + 1, 'INFO  jepsen.util - PROCESS :TYPE :F VALUE', line);
    }
    const [, process = '', type = '', f = '', value = ''] = match;
    const parsed = logValue(value);
    if (parsed === undefined) return malformed(index + 1, 'a value at the end of the line', value);
    events.push({
      type: type as Event['type'],
      process: process.replace(/^:/, ''),
      f,
      key: null,
      value: parsed,
      index: events.length,
      line: index + 1,
    });
  }
  return pairEvents(events);
}

function logValue(text: string): Json | undefined {
  if (text.trim() === '') return null;
  const forms = parseEdn(text);
  if ('kind' in forms) return undefined;
  return forms.length === 1 ? forms[0]?.value : undefined;
}
