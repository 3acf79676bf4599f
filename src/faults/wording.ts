// One fault in one line for people: what happens to whom, and for how long.

import { limits } from '../core/model/limits.ts';
import type { Configure, Fault } from './fault.ts';
import { durationOf } from './fault.ts';

/** As in `partition node1 | node2 node3, connections break, 1.2 s`. */
export function wordsOf(fault: Fault): string {
  const ticks = durationOf(fault);
  const lasting = ticks > 0 ? `, ${timeOf(ticks)}` : '';
  return `${deedOf(fault)}${lasting}`;
}

function deedOf(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'restart':
    case 'pause':
    case 'wipe':
      return `${fault.kind} ${fault.node}`;
    case 'power-cut':
      return `cut the power of ${fault.node} (${fault.tornBytes} bytes of the write under way stay)`;
    case 'partition': {
      const groups = fault.groups.map((group) => group.join(' ')).join(' | ');
      const way = fault.oneWay ? ', only what the first sends is lost' : '';
      return `partition ${groups}${way}${fault.breaks && !fault.oneWay ? breaks : ''}`;
    }
    case 'isolate':
      return `isolate ${fault.node}${fault.breaks ? breaks : ''}`;
    case 'slow':
      return `slow ${linkOf(fault)} by ${timeOf(fault.delay)}±${timeOf(fault.jitter)}`;
    case 'flaky':
      return `lose ${percentOf(fault.share)} of ${linkOf(fault)}`;
    case 'dup':
      return `double ${percentOf(fault.share)} of ${linkOf(fault)}`;
    case 'reorder':
      return `reorder ${percentOf(fault.share)} of ${linkOf(fault)} within ${timeOf(fault.window)}`;
    case 'skew':
      return `skew the clock of ${fault.node} by ${fault.ms} ms`;
    case 'clock-jump':
      return `the clock of ${fault.node} jumps by ${fault.ms} ms`;
    case 'disk-slow':
      return `slow the disk of ${fault.node} by ${timeOf(fault.delay)}`;
    case 'disk-full':
      return `the disk of ${fault.node} is full`;
    case 'disk-failing':
      return `the disk of ${fault.node} fails`;
    case 'bit-flip':
      return `kill ${fault.node} and flip a bit of its ${fault.where}`;
    case 'foreign-frame':
      return `a frame of another ${fault.stranger} reaches ${fault.to} as ${fault.from}`;
    case 'garbage-frame':
      return `a frame that is ${wordOf[fault.content]} reaches ${fault.to} as ${fault.from}`;
    case 'join':
      return `${fault.node} joins${fault.zone === '' ? '' : ` in zone ${fault.zone}`}`;
    case 'leave':
      return `${fault.node} leaves${fault.force ? ', forced' : ''}`;
    case 'replace':
      return `${fault.node} is lost and replaced`;
    case 'configure':
      return `configure ${settingsOf(fault)}`;
    case 'revive':
      return `${fault.node}, no member any more, is started again`;
  }
}

const breaks = ', connections break';
const wordOf = { noise: 'noise', flipped: 'damaged' } as const;

function settingsOf({ replicationFactor, deadNodeTimeoutMs }: Configure): string {
  const factor = replicationFactor === null ? [] : [`replication factor ${replicationFactor}`];
  const timeout = deadNodeTimeoutMs === null ? [] : [`dead after ${deadNodeTimeoutMs} ms`];
  return [...factor, ...timeout].join(', ') || 'nothing';
}

function linkOf({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from}→${to}`;
}

function percentOf(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function timeOf(ticks: number): string {
  const ms = ticks * limits.tickMs;
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(2))} s`;
}
