// Names, ports, keys and directories of nodes that come and go; no process is started.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, changeCluster } from '../../src/cluster/cluster.ts';
import { createCluster } from '../../src/cluster/create.ts';
import { clusterPaths, nodePaths } from '../../src/cluster/home.ts';
import { draftJoin, draftReplacement } from '../../src/cluster/member-draft.ts';
import { isJoining, joiningMember, markJoined, removeNode } from '../../src/cluster/new-member.ts';
import { blocksOf, portsOfAddresses } from '../../src/cluster/ports.ts';
import { portsOf } from '../../src/cluster/start.ts';
import { isMemberTaken, takeMember } from '../../src/cluster/start-lock.ts';
import { nodeId } from '../../src/core/model/ids.ts';
import { withMember, withoutMember } from '../../src/wire/cluster-file.ts';

const before = process.env.DSYS_HOME;
const basePort = 11_000;
let cluster: Cluster;

beforeEach(async () => {
  process.env.DSYS_HOME = mkdtempSync(join(tmpdir(), 'dsys-members-'));
  cluster = await createCluster({
    paths: clusterPaths('lab'),
    nodes: 3,
    basePort,
    replication: 3,
    partitions: 4,
    deadNodeTimeoutMs: 600_000,
    zones: ['a', 'b'],
    seed: '1',
  });
});
afterEach(() => {
  rmSync(process.env.DSYS_HOME ?? '', { recursive: true, force: true });
  process.env.DSYS_HOME = before;
});

const out = (node: string) => ({ node: nodeId(node), at: '2026-01-01T00:00:00.000Z' });

describe('a new cluster', () => {
  it('gives zones in turn', () => {
    expect(cluster.file.members.map(({ zone }) => zone)).toEqual(['a', 'b', 'a']);
  });
});

describe('a draft', () => {
  it('takes the next free name and the next free place of the block', async () => {
    const draft = await draftJoin(cluster.paths, null, 'b');
    expect(draft).toMatchObject({ name: 'node4', isNew: true, kept: null });
    expect(draft.member.zone).toBe('b');
    expect(portsOfAddresses(draft.member.addresses)).toEqual([11_009, 11_010, 11_011]);
    expect(existsSync(nodePaths(cluster.paths, 'node4').identity)).toBe(true);
    draft.letGo();
  });

  it('fills a gap that a member left, in the names and in the ports', async () => {
    await changeCluster(cluster.paths, (file) => withoutMember(file, out('node2')));
    removeNode(cluster.paths, 'node2');
    const draft = await draftJoin(cluster.paths, null, '');
    expect(draft.name).toBe('node2');
    expect(portsOfAddresses(draft.member.addresses)[0]).toBe(basePort + 3);
    draft.letGo();
  });

  it('is another one for each of two commands at once', async () => {
    const drafts = await Promise.all([
      draftJoin(cluster.paths, null, ''),
      draftJoin(cluster.paths, null, ''),
    ]);
    expect(drafts.map(({ name }) => name).sort()).toEqual(['node4', 'node5']);
    const ports = drafts.flatMap(({ member }) => portsOfAddresses(member.addresses));
    expect(new Set(ports).size).toBe(6);
    for (const { letGo } of drafts) letGo();
  });

  it('that was broken off goes on with the same storage and keys, with its name or without', async () => {
    const first = await draftJoin(cluster.paths, 'node9', 'c');
    first.letGo();
    for (const word of ['node9', null]) {
      const again = await draftJoin(cluster.paths, word, '');
      expect(again).toMatchObject({ name: 'node9', isNew: false, member: first.member });
      again.letGo();
    }
  });

  it('of a name that is a member is refused', async () => {
    await expect(draftJoin(cluster.paths, 'node2', '')).rejects.toMatchObject({
      code: 'already-exists',
      exitCode: 5,
      hint: expect.stringContaining('dsys start node2'),
    });
  });

  it.each(['leader', 'all', 'keys', 'a,b', '../x', 'node.1', ''])(
    'of the name %j is refused',
    async (name) => {
      await expect(draftJoin(cluster.paths, name, '')).rejects.toMatchObject({ exitCode: 64 });
    },
  );

  it('belongs to one command at a time', async () => {
    const draft = await draftJoin(cluster.paths, 'node4', '');
    expect(isMemberTaken(cluster.paths, 'node4')).toBe(true);
    await expect(draftJoin(cluster.paths, '4', '')).rejects.toMatchObject({
      code: 'still-running',
    });
    draft.letGo();
    takeMember(cluster.paths, 'node4')();
    expect(isMemberTaken(cluster.paths, 'node4')).toBe(false);
  });
});

describe('a replacement', () => {
  it('has the ports and the zone of before, another storage and other keys', async () => {
    const old = cluster.file.members[1];
    if (old === undefined) throw new Error('node2');
    mkdirSync(nodePaths(cluster.paths, 'node2').wal);
    const letGo = takeMember(cluster.paths, 'node2');
    const { member, kept } = await draftReplacement(cluster, old, letGo);
    expect(member).toMatchObject({ node: 'node2', addresses: old.addresses, zone: 'b' });
    expect(member.storageId).not.toBe(old.storageId);
    expect(member.publicKey).not.toBe(old.publicKey);
    expect(kept).toMatch(/node2\.replaced-\d{4}-/);
    expect(existsSync(join(kept ?? '', 'wal'))).toBe(true);
    expect((await draftReplacement(cluster, old, letGo)).member).toEqual(member);
    letGo();
  });

  it('of a directory without data keeps nothing', async () => {
    const old = cluster.file.members[1];
    if (old === undefined) throw new Error('node2');
    const { kept } = await draftReplacement(cluster, old, () => {});
    expect(kept).toBeNull();
  });
});

describe('members of cluster.json', () => {
  it('have the ports of their addresses, and are listed by their numbers', async () => {
    const { member, letGo } = await draftJoin(cluster.paths, 'node10', '');
    const after = await changeCluster(cluster.paths, (file) =>
      withMember(withoutMember(file, out('node1')), member),
    );
    letGo();
    expect(after.nodes).toEqual(['node2', 'node3', 'node10']);
    expect(portsOf(after, 'node10')).toEqual(portsOfAddresses(member.addresses));
    expect(portsOf(after, 'node3')).toEqual([11_006, 11_007, 11_008]);
  });

  it('are no longer joining when they have joined, and half a draft is none', async () => {
    const { name, letGo } = await draftJoin(cluster.paths, null, '');
    expect(isJoining(cluster.paths, name)).toBe(true);
    writeFileSync(join(nodePaths(cluster.paths, name).root, 'joining.json'), 'half');
    expect(joiningMember(cluster.paths, name)).toBeNull();
    markJoined(cluster.paths, name);
    expect(isJoining(cluster.paths, name)).toBe(false);
    letGo();
  });
});

describe('blocks', () => {
  it('are the first one and those that later members took', () => {
    expect(blocksOf(7400, [7400, 7401, 7402])).toEqual([{ basePort: 7400, nodes: 10 }]);
    expect(blocksOf(7400, [7400, 7490, 7491, 7492, 7493])).toEqual([
      { basePort: 7400, nodes: 10 },
      { basePort: 7490, nodes: 10 },
    ]);
  });
});
