// A client's request as a positional list.

import type { Request } from '../core/model/operation.ts';
import { type Fields, readCount, readFields, readFlag, readOptional } from './fields.ts';
import { consistencyNumbers, wordReader } from './numbers.ts';
import { operationFields, readOperation, readSession, sessionFields } from './operation.ts';

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
    operation: readOperation(fields[1]),
    consistency: readConsistency(fields[2]),
    timeoutMs: readCount(fields[3], 'timeoutMs'),
    session: readOptional(fields[4], readSession),
    forward: fields[5] === undefined ? false : readFlag(fields[5], 'forward'),
  };
}
