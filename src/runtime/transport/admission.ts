// Who may come in, as of now. A key that is no member's is refused when it connects; but ZeroMQ
// never asks again about a connection that stands, so every frame is also held against the name
// and the key that its sender had when it dialled.

import type { NodeId } from '../../core/model/ids.ts';
import type { Member } from '../../core/model/member.ts';
import { keyMarkOf, speakerOf } from './routing-id.ts';

export class Admission {
  readonly #clientKey: string;
  readonly #peerKeys = new Set<string>();
  readonly #clientKeys = new Set<string>();
  readonly #marks = new Map<NodeId, string>();

  /** `clientKey`: Z85, of the clients; members may connect as clients too. */
  constructor(clientKey: string) {
    this.#clientKey = clientKey;
  }

  /** Z85; changes with the members. */
  get peerKeys(): ReadonlySet<string> {
    return this.#peerKeys;
  }

  get clientKeys(): ReadonlySet<string> {
    return this.#clientKeys;
  }

  setMembers(members: readonly Member[]): void {
    const keys = members.map(({ publicKey }) => publicKey);
    replaceAll(this.#peerKeys, keys);
    replaceAll(this.#clientKeys, [...keys, this.#clientKey]);
    this.#marks.clear();
    for (const { node, publicKey } of members) this.#marks.set(node, keyMarkOf(publicKey));
  }

  /** True: the frames of who calls itself so are a member's, under the key that it has now. */
  admits(routingId: string): boolean {
    const speaker = speakerOf(routingId);
    const mark = speaker === null ? undefined : this.#marks.get(speaker.node);
    return mark !== undefined && (speaker?.keyMark ?? mark) === mark;
  }
}

function replaceAll(set: Set<string>, values: Iterable<string>): void {
  set.clear();
  for (const value of values) set.add(value);
}
