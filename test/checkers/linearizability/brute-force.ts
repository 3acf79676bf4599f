// The dumb twin of the linearizability checker: tries every order of every subset that may have
// taken effect, on a plain register. Only for a handful of operations.

import type { Operation } from '../../../src/checkers/history/history.ts';
import { canonical, isList, type Json } from '../../../src/checkers/json.ts';

/** The register after the operation, or undefined when it cannot have answered so. */
function execute(value: Json, { f, input, output, outcome }: Operation): Json | undefined {
  const isKnown = outcome !== 'unknown';
  if (f === 'read') return !isKnown || canonical(output) === canonical(value) ? value : undefined;
  if (f === 'write') return input;
  if (f === 'delete') return null;
  if (f === 'append') return `${value ?? ''}${String(input)}`;
  const [old = null, next = null] = isList(input) ? input : [];
  const matches = canonical(value) === canonical(old);
  if (!isKnown) return matches ? next : value;
  if (outcome === 'fail') return matches ? undefined : value;
  return matches ? next : undefined;
}

/** Failed writes had no effect; a failed cas refused. Unknown ones may act late or never. */
export function isLinearizableByBruteForce(
  operations: readonly Operation[],
  initial: Json,
): boolean {
  const relevant = operations.filter(({ f, outcome }) => outcome !== 'fail' || f === 'cas');
  const search = (left: readonly Operation[], value: Json): boolean => {
    if (left.every(({ outcome }) => outcome === 'unknown')) return true;
    return left.some((next) => {
      const isTooEarly = left.some((other) => other !== next && endOf(other) < next.call);
      if (isTooEarly) return false;
      const after = execute(value, next);
      return (
        after !== undefined &&
        search(
          left.filter((other) => other !== next),
          after,
        )
      );
    });
  };
  return search(relevant, initial);
}

function endOf({ outcome, return: end }: Operation): number {
  return outcome === 'unknown' || end === null ? Number.POSITIVE_INFINITY : end;
}
