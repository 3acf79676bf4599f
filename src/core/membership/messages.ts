// What members of the group say to each other (SWIM, sections 3.1 and 4.1; Lifeguard, section IV).
// Every message carries the sender's incarnation number and rumours about others: dissemination
// needs no messages of its own.

import type { MemberIncarnation, NodeId } from '../model/ids.ts';

/** "`by` says that `node`, in this incarnation, is …" */
export interface Rumour {
  readonly node: NodeId;
  readonly state: 'alive' | 'suspect' | 'dead';
  readonly incarnation: MemberIncarnation;
  readonly by: NodeId;
}

interface Said {
  /** Of the sender, now. */
  readonly incarnation: MemberIncarnation;
  readonly rumours: readonly Rumour[];
}

/** Sent by a member to the one whose turn it is, once a period. */
export interface Ping extends Said {
  readonly kind: 'ping';
  /** The sender's own; never used again by it. */
  readonly sequence: number;
}

/** Sent by a member whose ping was not answered in time to a few others: try it for me. */
export interface PingRequest extends Said {
  readonly kind: 'ping-request';
  readonly sequence: number;
  readonly target: NodeId;
}

/** Sent by the target to whoever pinged it, and by that one to who asked for it. */
export interface Ack extends Said {
  readonly kind: 'ack';
  /** Of the ping, or of the request. */
  readonly sequence: number;
}

/** Sent by an asked member to the asker: I am well, but the target has not answered me yet. */
export interface Nack extends Said {
  readonly kind: 'nack';
  readonly sequence: number;
}

/** Sent by a member that joins, and now and then by all, to any other: all that it believes. */
export interface Sync extends Said {
  readonly kind: 'sync';
  /** True: tell me yours. */
  readonly wantsAnswer: boolean;
}

export type MembershipMessage = Ping | PingRequest | Ack | Nack | Sync;

/** A message without what is added to all. */
export type Bare =
  | Omit<Ping, keyof Said>
  | Omit<PingRequest, keyof Said>
  | Omit<Ack, keyof Said>
  | Omit<Nack, keyof Said>;
