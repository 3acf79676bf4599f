// What a command weighs on the wire, roughly and cheaply: the number that windows and bounds count.

import type { Command } from '../model/command.ts';

/** Numbers, names and framing of any command. */
const overhead = 96;

export function commandSize(command: Command): number {
  switch (command.kind) {
    case 'write': {
      const { operation } = command;
      const value = operation.kind === 'put' ? operation.value.length : 0;
      return overhead + operation.key.length + value;
    }
    case 'merge':
      return overhead + command.write.key.length + (command.write.value?.length ?? 0);
    default:
      return overhead;
  }
}
