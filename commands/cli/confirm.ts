// A yes before something that can not be undone.

import { DsysError } from '../../src/errors.ts';
import { askYes, canAsk } from '../../src/terminal/prompts.ts';

/** Resolves when the user says yes; rejects otherwise, and when there is nobody to ask. */
export async function confirmOrRefuse(question: string, command: string): Promise<void> {
  if (!canAsk()) {
    throw new DsysError({
      code: 'usage',
      message: `${question} There is nobody to ask`,
      hint: `say it in the command: ${command}`,
    });
  }
  if (await askYes(question)) return;
  throw new DsysError({ code: 'drop-refused', message: 'nothing was removed' });
}
