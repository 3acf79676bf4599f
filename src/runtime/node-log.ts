// What a node writes about itself: lines with a time in node.log (its standard output), and the
// events that concern the whole cluster in events.jsonl, one JSON object a line, appended
// atomically.

import { appendFileSync } from 'node:fs';
import type { NodeId } from '../core/model/ids.ts';
import type { NodeEvent } from '../core/model/records.ts';
import type { Trace } from '../ports/trace.ts';

export interface NodeLogOptions {
  readonly self: NodeId;
  readonly eventsPath: string;
  readonly wallMs: () => number;
  readonly write: (line: string) => void;
}

export class NodeLog implements Trace {
  readonly #options: NodeLogOptions;

  constructor(options: NodeLogOptions) {
    this.#options = options;
  }

  line(text: string): void {
    this.#options.write(`${new Date(this.#options.wallMs()).toISOString()} ${text}\n`);
  }

  /**
   * Every event goes to the log; those of the node and of the control group to the cluster's events
   * too.
   */
  event(event: NodeEvent): void {
    const where = event.group === null ? '' : ` group ${event.group}`;
    this.line(`${event.kind}${where} ${JSON.stringify(event.detail)}`);
    if (event.group === null || event.group === 0) this.#appendToCluster(event);
  }

  #appendToCluster({ kind, detail }: NodeEvent): void {
    const at = new Date(this.#options.wallMs()).toISOString();
    const line = JSON.stringify({ at, kind, node: this.#options.self, detail });
    try {
      appendFileSync(this.#options.eventsPath, `${line}\n`);
    } catch (error) {
      this.line(`events.jsonl can not be written: ${String(error)}`);
    }
  }
}
