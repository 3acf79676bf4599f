// What one command of a script did, in words that both sides share: read from what etcd printed
// (transcript.ts) and written down by the group under test (group.ts).

/** A member at a Ready; what etcd did not print is absent: it is as it was. */
export interface Standing {
  readonly role?: string;
  readonly lead?: string;
  readonly term?: string;
  readonly vote?: string;
  readonly commit?: string;
}

export class Report {
  /** Messages as `1->2 append …` (messages.ts), by what happened to them. */
  readonly sent: string[] = [];
  readonly received: string[] = [];
  readonly dropped: string[] = [];
  /** Entries handed to the disk, and to the state machine, by member. */
  readonly persisted = new Map<string, string[]>();
  readonly committed = new Map<string, string[]>();
  /** `1 leader 3`: member, role and term that it passed through. */
  readonly became = new Set<string>();
  /** `1 voters=(1 2)`: member and configuration of its state, at birth and since. */
  readonly switched = new Set<string>();
  /** Members of whose log a write is done, and which do not take it for durable yet. */
  readonly unsure = new Set<string>();
  /** How members stood at each Ready, in order. */
  readonly readies: { readonly member: string; standing: Standing }[] = [];
  /** Lines of raft-state, status, raft-log and compact. */
  readonly lines: string[] = [];
}

export function addAll(
  lists: Map<string, string[]>,
  member: string,
  entries: readonly string[],
): void {
  if (entries.length > 0) lists.set(member, [...(lists.get(member) ?? []), ...entries]);
}
