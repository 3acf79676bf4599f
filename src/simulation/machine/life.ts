// One life of a machine: from the start of its process to its end. Opens the disk as the real node
// does, and refuses as it does: a wiped or damaged disk must not vote.

import type { Bootstrap } from '../../core/contract.ts';
import type { Incarnation, NodeId, StorageId } from '../../core/model/ids.ts';
import { incarnation as incarnationOf } from '../../core/model/ids.ts';
import type { Bounds } from '../../core/model/limits.ts';
import type { Member } from '../../core/model/member.ts';
import type { Recovered } from '../../core/model/records.ts';
import { Node } from '../../core/node.ts';
import { Host } from '../../host/host.ts';
import { PeerSightings } from '../../host/peer-sightings.ts';
import type { Storage } from '../../ports/storage.ts';
import { hashText } from '../../wire/key-hash.ts';
import type { Audience } from '../audience.ts';
import { type PretendedDisk, PretendedDiskError } from '../disk/disk.ts';
import { openPretendedStorage } from '../disk/storage.ts';
import type { Endpoint } from '../network/endpoint.ts';
import type { MachineView } from '../observation.ts';
import { Gate } from './gate.ts';
import { WatchedNode } from './watched-node.ts';

/** What every life of a machine has in common. */
export interface Genes {
  readonly name: NodeId;
  readonly storageId: StorageId;
  readonly bootstrap: Bootstrap;
  readonly bounds: Bounds;
  readonly seed: string;
  readonly disk: PretendedDisk;
  readonly audience: Audience;
}

export interface OpenDisk {
  readonly incarnation: Incarnation;
  readonly storage: Storage;
  readonly recovered: Recovered;
}

export interface Life {
  readonly node: Node;
  readonly host: Host;
  readonly gate: Gate;
  readonly endpoint: Endpoint;
  readonly storage: Storage;
}

/** Counts one more start; rejects with what the real storage would say. */
export async function openDisk({ disk, storageId }: Genes): Promise<OpenDisk> {
  const { identity, failure } = disk;
  if (failure !== null) throw failure;
  if (identity === null || identity.storageId !== storageId) {
    const message = `the directory is not storage ${storageId}, which the cluster knows`;
    throw new PretendedDiskError(identity === null ? 'storage-wiped' : 'storage-foreign', message);
  }
  const incarnation = incarnationOf(identity.incarnation + 1);
  disk.identity = { storageId, incarnation };
  const storage = await openPretendedStorage(disk);
  try {
    return { incarnation, storage, recovered: await storage.recover() };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

export interface BirthOptions {
  /** As the cluster's file has them now, this machine among them. */
  readonly members: readonly Member[];
  readonly opened: OpenDisk;
  readonly machine: MachineView;
  readonly endpoint: Endpoint;
  readonly wallMs: number;
  readonly onWork: () => void;
  readonly onFatal: (error: unknown) => void;
}

/** Makes the node and what drives it; nothing runs yet. */
export function bearLife(genes: Genes, birth: BirthOptions): Life {
  const { name: self, storageId, bootstrap, audience } = genes;
  const { opened, machine, endpoint, members, onWork, onFatal } = birth;
  const { incarnation, recovered, storage } = opened;
  const node = new Node({
    self,
    storageId,
    incarnation,
    bootstrap,
    members,
    recovered,
    seed: `${genes.seed}/${incarnation}`,
    bounds: genes.bounds,
    hash: hashText,
    wallMs: birth.wallMs,
    counters: () => ({}),
  });
  const host = new Host({
    node: new WatchedNode({ node, machine, audience }),
    storage,
    transport: endpoint,
    trace: { event: () => undefined },
    counters: { drop: (reason) => audience.onDrop(machine, reason) },
    sightings: new PeerSightings(members),
    identity: { clusterId: bootstrap.clusterId, self, storageId, incarnation },
    onWork,
    onFatal,
  });
  return { node, host, gate: new Gate(host), endpoint, storage };
}
