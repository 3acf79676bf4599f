// Reads the engine's rows back, and believes nothing: each row has its own checksum, and each
// group's digest must fit its rows.

import type { GroupId } from '../../core/model/ids.ts';
import type { GroupDrop } from '../../core/model/records.ts';
import type { AppliedPoint, StateRow } from '../../core/model/state.ts';
import type { StoredItems } from '../../core/model/stored-items.ts';
import type { DsysError } from '../../errors.ts';
import { decodeDrop } from '../../wire/log-record.ts';
import { decodeAppliedPoint, decodeRow, rowKey } from '../../wire/state-row.ts';
import type { DigestValue, GroupDigest } from './digest.ts';
import { EngineItems } from './engine-items.ts';
import {
  checksumOf,
  contentOf,
  decodeMark,
  decodePoint,
  groupOf,
  intactKind,
  type LogMark,
} from './engine-value.ts';
import { corrupt, messageOf } from './failure.ts';

export interface EngineGroup {
  /** null: there is no state since the last drop. */
  readonly point: AppliedPoint | null;
  /** null: there was none. */
  readonly drop: GroupDrop | null;
  /** All but the items. */
  readonly rows: readonly StateRow[];
  readonly items: StoredItems;
}

export interface EngineRows {
  readonly groups: ReadonlyMap<GroupId, EngineGroup>;
  readonly mark: LogMark;
}

/** What a group has without an applied point. */
const noRows: DigestValue = { count: 0, sum: 0 };

interface Loading {
  point: AppliedPoint | null;
  drop: GroupDrop | null;
  expected: DigestValue;
  readonly rows: StateRow[];
  readonly items: EngineItems;
}

export class EngineLoad {
  readonly #place: { readonly directory: string; readonly location: string };
  readonly #digest: (group: GroupId) => GroupDigest;
  readonly #groups = new Map<GroupId, Loading>();
  #mark: LogMark = { segment: 0, sequence: 0 };

  constructor(
    place: { readonly directory: string; readonly location: string },
    digest: (group: GroupId) => GroupDigest,
  ) {
    this.#place = place;
    this.#digest = digest;
  }

  add(bytes: Buffer): void {
    const kind = intactKind(bytes);
    if (kind === null) throw this.#corrupt('the checksum of a row does not fit');
    try {
      if (kind === 'mark') this.#mark = decodeMark(contentOf(bytes));
      else if (kind === 'point') this.#addPoint(bytes);
      else if (kind === 'row') this.#addRow(bytes);
      else if (kind === 'drop') this.#addDrop(bytes);
      else this.#loading(groupOf(bytes)).items.add(bytes);
    } catch (cause) {
      throw this.#corrupt(messageOf(cause), cause);
    }
  }

  finish(): EngineRows {
    const groups = new Map<GroupId, EngineGroup>();
    for (const [group, { point, drop, expected, rows, items }] of this.#groups) {
      const { count, sum } = this.#digest(group).value;
      if (expected.count !== count || expected.sum !== sum) {
        const wanted = `${expected.count} rows with checksum ${expected.sum}`;
        const found = `${count} with ${sum}`;
        throw this.#corrupt(`group ${group}: expected ${wanted}, found ${found}`);
      }
      groups.set(group, { point, drop, rows, items });
    }
    return { groups, mark: this.#mark };
  }

  #addPoint(bytes: Buffer): void {
    const { digest, point } = decodePoint(contentOf(bytes));
    const loading = this.#loading(groupOf(bytes));
    loading.point = decodeAppliedPoint(point);
    loading.expected = digest;
  }

  #addDrop(bytes: Buffer): void {
    this.#loading(groupOf(bytes)).drop = decodeDrop(contentOf(bytes));
  }

  /** The row's values are slices of the engine's buffer; the state copies what it keeps. */
  #addRow(bytes: Buffer): void {
    const group = groupOf(bytes);
    const row = decodeRow(contentOf(bytes));
    this.#digest(group).add(rowKey(row), checksumOf(bytes));
    this.#loading(group).rows.push(row);
  }

  #loading(group: GroupId): Loading {
    let loading = this.#groups.get(group);
    if (loading === undefined) {
      const items = new EngineItems(this.#digest(group));
      loading = { point: null, drop: null, expected: noRows, rows: [], items };
      this.#groups.set(group, loading);
    }
    return loading;
  }

  #corrupt(why: string, cause?: unknown): DsysError {
    const { directory, location } = this.#place;
    return corrupt(directory, `${location} is damaged: ${why}`, cause);
  }
}
