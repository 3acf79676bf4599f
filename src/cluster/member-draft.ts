// Chooses a node for `join`: which name, which ports; or the join that was broken off and goes on.
// Whoever holds a draft is alone with that name until it lets go.

import type { Member } from '../core/model/member.ts';
import { DsysError } from '../errors.ts';
import { type Cluster, knownBlocks, portsOfMembers, readCluster } from './cluster.ts';
import type { ClusterPaths } from './home.ts';
import {
  isJoining,
  joiningMember,
  joiningNodes,
  makeMember,
  markJoining,
  removeNode,
  setAside,
} from './new-member.ts';
import { liveProcess } from './node-process.ts';
import { blocksOf, chooseBlock, freePlace, portsOfAddresses } from './ports.ts';
import { isMemberTaken, takeMember, withMembersLock } from './start-lock.ts';
import { isTargetWord } from './target.ts';

export interface Draft {
  readonly name: string;
  readonly member: Member;
  /** False: it goes on with what an earlier command began. */
  readonly isNew: boolean;
  /** Where the directory that was in the way went; null: there was none, or nothing in it. */
  readonly kept: string | null;
  readonly letGo: () => void;
}

/** A node that is to join; `word` null: the next free name, or the join that was broken off. */
export async function draftJoin(
  paths: ClusterPaths,
  word: string | null,
  zone: string,
): Promise<Draft> {
  return withMembersLock(paths, async () => {
    const cluster = readCluster(paths);
    const name = word === null ? nextName(cluster) : expectFree(cluster, word);
    const letGo = takeMember(paths, name);
    try {
      const begun = joiningMember(paths, name);
      if (begun !== null) return { name, member: begun, isNew: false, kept: null, letGo };
      const port = await findPlace(cluster);
      return await fresh(cluster, { name, port, zone }, { why: 'old', letGo });
    } catch (cause) {
      letGo();
      throw cause;
    }
  });
}

/** The same name, ports and zone on a new storage. The old directory is put aside. */
export async function draftReplacement(
  cluster: Cluster,
  old: Member,
  letGo: () => void,
): Promise<Draft> {
  const { paths } = cluster;
  return withMembersLock(paths, async () => {
    const name: string = old.node;
    const begun = joiningMember(paths, name);
    if (begun !== null) return { name, member: begun, isNew: false, kept: null, letGo };
    const [port = 0] = portsOfAddresses(old.addresses);
    return fresh(cluster, { name, port, zone: old.zone }, { why: 'replaced', letGo });
  });
}

async function fresh(
  { paths, file }: Cluster,
  place: { readonly name: string; readonly port: number; readonly zone: string },
  { why, letGo }: { readonly why: string; readonly letGo: () => void },
): Promise<Draft> {
  const { name } = place;
  const kept = setAside(paths, name, why);
  try {
    const member = await makeMember(paths, file.clusterId, place);
    markJoining(paths, place);
    return { name, member, isNew: true, kept, letGo };
  } catch (cause) {
    removeNode(paths, name);
    throw cause;
  }
}

function nextName(cluster: Cluster): string {
  const begun = joiningNodes(cluster.paths).find((name) => !isMemberTaken(cluster.paths, name));
  if (begun !== undefined) return begun;
  for (let number = 1; ; number++) {
    const name = `node${number}`;
    if (!cluster.nodes.includes(name) && !isMemberTaken(cluster.paths, name)) return name;
  }
}

/** The name as the user wrote it (`4` is `node4`); rejects one that is taken or no name. */
function expectFree({ nodes, paths }: Cluster, word: string): string {
  const name = /^\d+$/.test(word) ? `node${Number(word)}` : word;
  if (!/^[a-z][a-z0-9_-]{0,31}$/i.test(name) || isTargetWord(name) || name === 'keys')
    throw noName(word);
  if (nodes.includes(name) && !isJoining(paths, name))
    throw memberExists(name, liveProcess(paths, name) !== null);
  return name;
}

/** First port of a place that nobody has, in the blocks of this cluster or in a new one. */
async function findPlace({ paths, file }: Cluster): Promise<number> {
  const begun = joiningNodes(paths).flatMap((name) => joiningMember(paths, name) ?? []);
  const taken = portsOfMembers([...file.members, ...begun]);
  for (const { basePort } of blocksOf(file.basePort, taken)) {
    const place = await freePlace(basePort, taken);
    if (place !== null) return place;
  }
  return chooseBlock(1, knownBlocks());
}

function noName(word: string): DsysError {
  return new DsysError({
    code: 'invalid-argument',
    message:
      `a node's name has 1 to 32 letters, digits, "-" or "_", begins with a letter and is no ` +
      `word for several nodes; found ${JSON.stringify(word)}`,
    hint: 'choose another name, or none: dsys join',
  });
}

function memberExists(name: string, runs: boolean): DsysError {
  return new DsysError({
    code: 'already-exists',
    message: `${name} is a member of this cluster already${runs ? ' and runs' : '; it is down'}`,
    hint: runs
      ? 'choose another name, or none: dsys join'
      : `start it: dsys start ${name} — or, if its data is lost: dsys replace ${name}`,
    details: { node: name },
  });
}
