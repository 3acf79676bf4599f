// A client's request as a positional list.

import type { Operation, Request } from '../core/model/operation.ts';
import { type Fields, readCount, readFields, readFlag, readOptional } from './fields.ts';
import { consistencyNumbers, wordReader } from './numbers.ts';
import { operationFields, readOperation, readSession, sessionFields } from './operation.ts';
import { compactCopy } from './slab.ts';

const readConsistency = wordReader(consistencyNumbers, 'consistency');

export function requestFields(request: Request): Fields {
  const { id, operation, consistency, timeoutMs, session, forward } = request;
  return [
    id,
    operationFields(operation),
    consistencyNumbers[consistency],
    timeoutMs,
    session === null ? null : sessionFields(session),
    forward,
  ];
}

export function readRequest(value: unknown): Request {
  const fields = readFields(value, 4, 'request');
  return {
    id: readCount(fields[0], 'id'),
    operation: kept(readOperation(fields[1])),
    consistency: readConsistency(fields[2]),
    timeoutMs: readCount(fields[3], 'timeoutMs'),
    session: readOptional(fields[4], readSession),
    forward: fields[5] === undefined ? false : readFlag(fields[5], 'forward'),
  };
}

/** A put goes into the log and stays there: its value must not keep the frame alive. */
function kept(operation: Operation): Operation {
  return operation.kind === 'put'
    ? { ...operation, value: compactCopy(operation.value) }
    : operation;
}
