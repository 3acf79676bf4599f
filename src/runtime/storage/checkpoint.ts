// What the log says apart from its entries: the newest hard states, the starts, the pending `one`
// writes. Each new segment begins with a copy, so that an older segment is needed for its entries
// alone.

import type { GroupId } from '../../core/model/ids.ts';
import { dotKey } from '../../core/model/log-replay.ts';
import type { LogRecord } from '../../core/model/records.ts';

export class Checkpoint {
  readonly #hardStates = new Map<GroupId, LogRecord>();
  readonly #starts = new Map<GroupId, LogRecord>();
  readonly #tentative = new Map<string, LogRecord>();

  apply(record: LogRecord): void {
    switch (record.kind) {
      case 'entries':
        return;
      case 'hard-state':
        this.#hardStates.set(record.group, record);
        return;
      case 'log-start':
        this.#starts.set(record.group, record);
        return;
      case 'tentative':
        this.#tentative.set(`${record.group} ${dotKey(record.write.dot)}`, record);
        return;
      case 'tentative-done':
        this.#tentative.delete(`${record.group} ${dotKey(record.dot)}`);
        return;
    }
  }

  /** In the order in which they were first written. */
  get records(): readonly LogRecord[] {
    return [...this.#hardStates.values(), ...this.#starts.values(), ...this.#tentative.values()];
  }
}
