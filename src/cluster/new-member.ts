// What a node needs before it is a member: a name, a storage id, ports, keys, and a directory with an
// identity. Until it has joined and is ready, its directory holds joining.json, written last: a join
// that was broken off is found by it, and goes on with the same keys and the same storage.

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { newKeyPair } from '../client/zeromq.ts';
import { type ClusterId, incarnation, nodeId, storageId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import { formatIdentityFile, parseIdentityFile } from '../wire/identity-file.ts';
import { formatKeyFile, parseKeyFile } from '../wire/key-file.ts';
import { readJsonObjectIfAny, readTextIfAny, writeFileWhole } from './files.ts';
import { type ClusterPaths, nodePaths } from './home.ts';

export interface Place {
  readonly name: string;
  /** First of its three ports. */
  readonly port: number;
  readonly zone: string;
}

/** Makes directory, identity and keys of a node that is nobody's yet. */
export async function makeMember(
  paths: ClusterPaths,
  id: ClusterId,
  place: Place,
): Promise<Member> {
  const { name } = place;
  const node = nodePaths(paths, name);
  makeDirectory(node.root);
  const storage = storageId(randomUUID());
  const identity = { schema: 1, clusterId: id, node: nodeId(name) } as const;
  const text = formatIdentityFile({ ...identity, storageId: storage, incarnation: incarnation(0) });
  writeFileWhole(node.identity, text);
  return memberAt(place, { storage, publicKey: await writeKeys(paths, name) });
}

/** Remembers that the node is joining: from here on a broken off join can go on. */
export function markJoining(paths: ClusterPaths, { name, port, zone }: Place): void {
  writeFileWhole(joiningPath(paths, name), `${JSON.stringify({ schema: 1, port, zone })}\n`);
}

export function markJoined(paths: ClusterPaths, name: string): void {
  rmSync(joiningPath(paths, name), { force: true });
}

export function isJoining(paths: ClusterPaths, name: string): boolean {
  return existsSync(joiningPath(paths, name));
}

/** Names of the nodes that were on their way in when their command ended, or are now, sorted. */
export function joiningNodes(paths: ClusterPaths): string[] {
  return readdirSync(paths.root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isJoining(paths, entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** The member that a broken off join would have made; null when there is none, or not whole. */
export function joiningMember(paths: ClusterPaths, name: string): Member | null {
  const found = readJsonObjectIfAny(joiningPath(paths, name));
  if (typeof found?.port !== 'number' || typeof found.zone !== 'string') return null;
  const { port, zone } = found;
  const [identity, keys] = [nodePaths(paths, name).identity, keyPath(paths, name)];
  const [identityText, keyText] = [readTextIfAny(identity), readTextIfAny(keys)];
  if (identityText === null || keyText === null) return null;
  const { storageId: storage } = parseIdentityFile(identityText, identity);
  const { publicKey } = parseKeyFile(keyText, keys);
  return memberAt({ name, port, zone }, { storage, publicKey });
}

/** Removes everything of a node that holds nothing that anybody needs. */
export function removeNode(paths: ClusterPaths, name: string): void {
  const { root } = nodePaths(paths, name);
  // First the mark: half a directory must not look like a join that can go on.
  markJoined(paths, name);
  rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  rmSync(keyPath(paths, name), { force: true });
  rmSync(`${root}.started.json`, { force: true });
}

/**
 * Puts the node's directory aside, under a name with `why` and the time; null: there is none, or no
 * data in it, and it is removed.
 */
export function setAside(paths: ClusterPaths, name: string, why: string): string | null {
  const { root } = nodePaths(paths, name);
  if (!hasData(paths, name)) {
    removeNode(paths, name);
    return null;
  }
  const time = new Date().toISOString().slice(0, 19).replace(/:/g, '-');
  const kept = `${root}.${why}-${time}`;
  renameSync(root, kept);
  rmSync(`${root}.started.json`, { force: true });
  return kept;
}

function hasData(paths: ClusterPaths, name: string): boolean {
  const { wal, state } = nodePaths(paths, name);
  return existsSync(wal) || existsSync(state);
}

/** Makes and stores a key pair; its public half. */
export async function writeKeys(paths: ClusterPaths, owner: string): Promise<string> {
  const pair = await newKeyPair();
  writeFileWhole(keyPath(paths, owner), formatKeyFile(pair));
  return pair.publicKey;
}

/**
 * With its parents, one at a time: `recursive` never returns where a parent refuses with ENOENT, as
 * /proc does.
 */
export function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    if (!existsSync(path)) throw cause;
  }
}

function memberAt(
  { name, port, zone }: Place,
  { storage, publicKey }: { storage: Member['storageId']; publicKey: string },
): Member {
  const address = (offset: number): string => `tcp://127.0.0.1:${port + offset}`;
  const addresses = { peer: address(0), client: address(1), bulk: address(2) };
  return { node: nodeId(name), storageId: storage, addresses, publicKey, zone };
}

const keyPath = (paths: ClusterPaths, name: string): string => join(paths.keys, `${name}.json`);

const joiningPath = (paths: ClusterPaths, name: string): string =>
  join(nodePaths(paths, name).root, 'joining.json');
