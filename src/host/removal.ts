// The end of a node that is no member of its cluster any more. Nothing is wrong with it: the others
// go on without it, and its data directory is nobody's.

import type { NodeId } from '../core/model/ids.ts';
import { DsysError } from '../errors.ts';

export function memberRemoved(node: NodeId): DsysError {
  return new DsysError({
    code: 'member-removed',
    message: `${node} is no member of the cluster any more: it left, or was replaced or given up as lost`,
    hint: 'its directory is of no more use to the cluster; dsys join adds a new member',
    details: { node },
  });
}
