// What a log entry asks a state machine to do, as a positional list. On disk too: append only.

import type { Command, TentativeWrite } from '../core/model/command.ts';
import { controlCommandFields, readControlCommand } from './control-command.ts';
import {
  type Fields,
  readFields,
  readIncarnation,
  readIndex,
  readKey,
  readNode,
  readOptional,
  readValue,
  textField,
} from './fields.ts';
import { commandKinds } from './numbers.ts';
import { operationFields, readSession, readWriteOperation, sessionFields } from './operation.ts';
import { compactCopy } from './slab.ts';
import {
  dotFields,
  readDot,
  readTimestamp,
  readVector,
  timestampFields,
  vectorFields,
} from './version.ts';

export function commandFields(command: Command): Fields {
  const number = commandKinds[command.kind];
  switch (command.kind) {
    case 'write': {
      const { operation, session, hlc } = command;
      return [number, operationFields(operation), sessionFields(session), timestampFields(hlc)];
    }
    case 'merge':
      return [number, tentativeFields(command.write)];
    case 'watermark':
      return [number, command.node, command.incarnation, command.index];
    case 'owner-released':
      return [number, command.node];
    default:
      return controlCommandFields(command);
  }
}

export function readCommand(value: unknown): Command {
  const fields = readFields(value, 2, 'command');
  switch (fields[0]) {
    case commandKinds.write:
      return {
        kind: 'write',
        operation: readWriteOperation(fields[1]),
        session: readSession(fields[2]),
        hlc: readTimestamp(fields[3]),
      };
    case commandKinds.merge:
      return { kind: 'merge', write: readTentative(fields[1]) };
    case commandKinds.watermark: {
      const [node, incarnation] = [readNode(fields[1]), readIncarnation(fields[2])];
      return { kind: 'watermark', node, incarnation, index: readIndex(fields[3]) };
    }
    case commandKinds['owner-released']:
      return { kind: 'owner-released', node: readNode(fields[1]) };
    default:
      return readControlCommand(fields);
  }
}

export function tentativeFields(write: TentativeWrite): Fields {
  const { dot, key, value, context, hlc, appliedAt } = write;
  return [
    dotFields(dot),
    textField(key),
    value,
    vectorFields(context),
    timestampFields(hlc),
    appliedAt,
  ];
}

/**
 * For writes that come on their own, not inside an entry: the value must not keep its frame alive.
 */
export function readKeptTentative(value: unknown): TentativeWrite {
  const write = readTentative(value);
  return write.value === null ? write : { ...write, value: compactCopy(write.value) };
}

function readTentative(value: unknown): TentativeWrite {
  const fields = readFields(value, 6, 'tentative write');
  return {
    dot: readDot(fields[0]),
    key: readKey(fields[1]),
    value: readOptional(fields[2], readValue),
    context: readVector(fields[3]),
    hlc: readTimestamp(fields[4]),
    appliedAt: readIndex(fields[5]),
  };
}
