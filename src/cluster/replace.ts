// `dsys replace`: a node whose disk is lost, damaged or an older copy of itself gets a new one. What
// the old storage was is taken out of every group first; then the same name joins again with a new
// storage and new keys, on the same ports. The old directory is put aside, not removed: writes at
// `one` may be in it that nobody else has.

import { nodeId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import { DsysError } from '../errors.ts';
import { withMember, withoutMember } from '../wire/cluster-file.ts';
import type { Cluster } from './cluster.ts';
import { withConnection } from './connection.ts';
import { recordEvent } from './events.ts';
import { admit, type Joined } from './join.ts';
import { type DepartRequest, depart } from './leave.ts';
import { draftReplacement } from './member-draft.ts';
import { joiningMember } from './new-member.ts';
import { liveProcess } from './node-process.ts';
import { assertPortsFree } from './ports.ts';
import type { Progress } from './progress.ts';
import { portsOf } from './start.ts';
import { takeMember } from './start-lock.ts';
import type { Limit } from './start-nodes.ts';
import { expectNode } from './target.ts';
import { waitUntil } from './wait-until.ts';

export interface ReplaceOptions {
  readonly node: string;
  readonly limit: Limit;
}

export interface Replaced extends Joined {
  readonly replaced: string;
}

/** The others need a moment until they see that a node that was just killed is gone. */
const seenGoneMs = 10_000;
const pollMs = 200;

export async function replaceNode(
  cluster: Cluster,
  { node: word, limit }: ReplaceOptions,
  progress: Progress,
): Promise<Replaced> {
  const startedAt = performance.now();
  const node = expectNode(word, cluster.nodes);
  const letGo = takeMember(cluster.paths, node);
  try {
    const old = memberOf(cluster, node);
    // An earlier command came as far as the new member in cluster.json.
    const isBegun = joiningMember(cluster.paths, node)?.storageId === old.storageId;
    if (!isBegun) await assertReplaceable(cluster, node);
    const joined = await withConnection(cluster, async (db) => {
      const lost = { cluster, db, node, how: 'lost', force: true, limit, progress } as const;
      if (!isBegun) await takeOut(lost);
      const draft = await draftReplacement(cluster, old, letGo);
      // cluster.json keeps the old member until the control group has the new one: see admit.
      const admission = { cluster, db, draft, wait: 'ready', limit, progress } as const;
      const out = { node: nodeId(node), at: new Date().toISOString() };
      return admit(admission, (file, member) => withMember(withoutMember(file, out), member));
    });
    recordEvent(cluster.paths, { kind: 'replaced', node, detail: { kept: joined.kept } });
    const durationMs = Math.round(performance.now() - startedAt);
    return { ...joined, replaced: old.storageId, durationMs };
  } finally {
    letGo();
  }
}

/** A node that was killed a moment ago is still taken for alive: then the control group refuses. */
async function takeOut(request: DepartRequest): Promise<void> {
  let refused: unknown = null;
  const ask = async (): Promise<true | null> => {
    try {
      await depart(request);
      return true;
    } catch (cause) {
      if (!(cause instanceof DsysError) || cause.code !== 'member-needed') throw cause;
      refused = cause;
      return null;
    }
  };
  const done = await waitUntil({ ask, everyMs: pollMs, timeoutMs: seenGoneMs });
  if (done === null) throw refused;
}

async function assertReplaceable(cluster: Cluster, node: string): Promise<void> {
  const record = liveProcess(cluster.paths, node);
  if (record === null) return assertPortsFree(portsOf(cluster, node));
  throw new DsysError({
    code: 'still-running',
    message: `${node} runs (pid ${record.pid}): only a node that is down can be replaced`,
    hint: `if its data is bad: dsys kill ${node}, then replace it; if it should go: dsys leave ${node}`,
    details: { node, pid: record.pid },
  });
}

function memberOf({ file }: Cluster, node: string): Member {
  const member = file.members.find((one) => one.node === node);
  if (member !== undefined) return member;
  throw new DsysError({ code: 'node-not-found', message: `expected ${node} in cluster.json` });
}
