// Reads the engine's rows back, and believes nothing: each row has its own checksum, and each group's digest
// must fit its rows.

import type { GroupId } from '../../core/model/ids.ts';
import type { AppliedPoint, StateRow } from '../../core/model/state.ts';
import type { DsysError } from '../../errors.ts';
import { checksum } from '../../wire/checksum.ts';
import { compactCopy } from '../../wire/slab.ts';
import { decodeAppliedPoint, decodeRow } from '../../wire/state-row.ts';
import { type DigestValue, decodePointRow, type GroupDigest } from './digest.ts';
import type { LogMark } from './engine.ts';
import { parseKey } from './engine-key.ts';
import { corrupt, messageOf } from './failure.ts';

export interface EngineGroup {
  readonly point: AppliedPoint;
  readonly rows: readonly StateRow[];
}

export interface EngineRows {
  readonly groups: ReadonlyMap<GroupId, EngineGroup>;
  readonly mark: LogMark;
}

interface Loading {
  point: AppliedPoint | null;
  expected: DigestValue | null;
  readonly rows: StateRow[];
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

  add(key: Buffer, value: Buffer): void {
    const parsed = parseKey(key);
    if (parsed === null || value.length < 4) throw this.#corrupt('a key of another program');
    const sum = value.readUInt32LE(0);
    const content = value.subarray(4);
    if (sum !== checksum(content, checksum(key))) {
      throw this.#corrupt(`the checksum of row ${key.toString('latin1')} does not fit`);
    }
    try {
      if (parsed.kind === 'mark') this.#mark = decodeMark(content);
      else if (parsed.kind === 'point') this.#addPoint(this.#loading(parsed.group), content);
      else {
        this.#digest(parsed.group).put(parsed.name, sum);
        this.#loading(parsed.group).rows.push(decodeRow(compactCopy(content)));
      }
    } catch (cause) {
      throw this.#corrupt(messageOf(cause), cause);
    }
  }

  finish(): EngineRows {
    const groups = new Map<GroupId, EngineGroup>();
    for (const [group, { point, expected, rows }] of this.#groups) {
      const { count, sum } = this.#digest(group).value;
      if (point === null || expected?.count !== count || expected.sum !== sum) {
        const found = `${count} rows of group ${group} with sum ${sum}`;
        const wanted = expected ? `${expected.count} with sum ${expected.sum}` : 'none';
        throw this.#corrupt(`expected ${wanted}, found ${found}`);
      }
      groups.set(group, { point, rows });
    }
    return { groups, mark: this.#mark };
  }

  #addPoint(loading: Loading, content: Buffer): void {
    const row = decodePointRow(content);
    if (row === null) return;
    loading.point = decodeAppliedPoint(compactCopy(row.point));
    loading.expected = row.value;
  }

  #loading(group: GroupId): Loading {
    let loading = this.#groups.get(group);
    if (loading === undefined) {
      loading = { point: null, expected: null, rows: [] };
      this.#groups.set(group, loading);
    }
    return loading;
  }

  #corrupt(why: string, cause?: unknown): DsysError {
    const { directory, location } = this.#place;
    return corrupt(directory, `${location} is damaged: ${why}`, cause);
  }
}

function decodeMark(content: Buffer): LogMark {
  return { segment: content.readUInt32LE(0), sequence: content.readUIntLE(4, 6) };
}
