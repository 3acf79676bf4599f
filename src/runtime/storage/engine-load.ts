// Reads the engine's rows back, and believes nothing: each row has its own checksum, and each
// group's digest must fit its rows.

import type { GroupId } from '../../core/model/ids.ts';
import type { AppliedPoint, StateRow } from '../../core/model/state.ts';
import type { StoredItems } from '../../core/model/stored-items.ts';
import type { DsysError } from '../../errors.ts';
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
  readonly point: AppliedPoint;
  /** All but the items. */
  readonly rows: readonly StateRow[];
  readonly items: StoredItems;
}

export interface EngineRows {
  readonly groups: ReadonlyMap<GroupId, EngineGroup>;
  readonly mark: LogMark;
}

interface Loading {
  point: AppliedPoint | null;
  expected: DigestValue | null;
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
      else this.#loading(groupOf(bytes)).items.add(bytes);
    } catch (cause) {
      throw this.#corrupt(messageOf(cause), cause);
    }
  }

  finish(): EngineRows {
    const groups = new Map<GroupId, EngineGroup>();
    for (const [group, { point, expected, rows, items }] of this.#groups) {
      const { count, sum } = this.#digest(group).value;
      if (point === null || expected?.count !== count || expected.sum !== sum) {
        const wanted = `${expected?.count ?? 'no'} rows with checksum ${expected?.sum ?? 'none'}`;
        const found = `${count} with ${sum}`;
        throw this.#corrupt(`group ${group}: expected ${wanted}, found ${found}`);
      }
      groups.set(group, { point, rows, items });
    }
    return { groups, mark: this.#mark };
  }

  #addPoint(bytes: Buffer): void {
    const { digest, point } = decodePoint(contentOf(bytes));
    const loading = this.#loading(groupOf(bytes));
    loading.point = decodeAppliedPoint(point);
    loading.expected = digest;
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
      loading = { point: null, expected: null, rows: [], items };
      this.#groups.set(group, loading);
    }
    return loading;
  }

  #corrupt(why: string, cause?: unknown): DsysError {
    const { directory, location } = this.#place;
    return corrupt(directory, `${location} is damaged: ${why}`, cause);
  }
}
