// The state of a replica as a short text: equal states have equal texts. A partition hashes its own
// rows; the control group's one row is small and is hashed here.

import { canonical, type Json } from '../../checkers/json.ts';
import type { ReplicaView } from './watch.ts';

export function stateHashOf({ machine }: ReplicaView): string {
  if (machine.kind === 'data') return machine.partition.hash();
  const text = canonical(machine.control.row as unknown as Json);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
