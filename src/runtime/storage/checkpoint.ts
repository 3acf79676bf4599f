// What the log says apart from its entries: the last drops, the newest hard states, the starts, the
// pending `one` writes. Each new segment begins with a copy, so that an older segment is needed for
// its entries alone.

import { GroupLives } from '../../core/model/group-lives.ts';
import type { GroupId } from '../../core/model/ids.ts';
import { dotKey } from '../../core/model/log-replay.ts';
import type { GroupDrop, LogRecord } from '../../core/model/records.ts';

export class Checkpoint {
  readonly #lives = new GroupLives();
  readonly #hardStates = new Map<GroupId, LogRecord>();
  readonly #starts = new Map<GroupId, LogRecord>();
  readonly #tentative = new Map<GroupId, Map<string, LogRecord>>();

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
        this.#journal(record.group).set(dotKey(record.write.dot), record);
        return;
      case 'tentative-done':
        this.#journal(record.group).delete(dotKey(record.dot));
        return;
      case 'group-dropped':
        if (this.#lives.begin(record)) this.#forget(record);
        return;
    }
  }

  /** Drops come first: what follows is of the lives that they begin. */
  get records(): readonly LogRecord[] {
    return [
      ...this.#lives.drops.map((drop) => ({ kind: 'group-dropped' as const, ...drop })),
      ...this.#hardStates.values(),
      ...this.#starts.values(),
      ...[...this.#tentative.values()].flatMap((journal) => [...journal.values()]),
    ];
  }

  #forget({ group }: GroupDrop): void {
    this.#hardStates.delete(group);
    this.#starts.delete(group);
    this.#tentative.delete(group);
  }

  #journal(group: GroupId): Map<string, LogRecord> {
    let journal = this.#tentative.get(group);
    if (journal === undefined) {
      journal = new Map();
      this.#tentative.set(group, journal);
    }
    return journal;
  }
}
