// Questions to a person. Doorway of `inquirer`, which is loaded only when there is something to ask
// and somebody to answer.

import { DsysError } from '../errors.ts';

/** True when a question can be answered: both ends are a terminal. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** A line of text. */
export async function askText(message: string): Promise<string> {
  return ask(async (inquirer) => {
    const answers = await inquirer.prompt([{ type: 'input', name: 'text', message }]);
    return String(answers.text);
  });
}

/** Yes or no; no when the user just presses enter. */
export async function askYes(message: string): Promise<boolean> {
  return ask(async (inquirer) => {
    const question = { type: 'confirm', name: 'yes', message, default: false } as const;
    const answers = await inquirer.prompt([question]);
    return answers.yes === true;
  });
}

type Inquirer = typeof import('inquirer').default;
type PromptOnly = Pick<ReturnType<Inquirer['createPromptModule']>, never> & {
  prompt: ReturnType<Inquirer['createPromptModule']>;
};

async function ask<Answer>(question: (inquirer: PromptOnly) => Promise<Answer>): Promise<Answer> {
  const { default: inquirer } = await import('inquirer');
  try {
    return await question({ prompt: inquirer.createPromptModule({ output: process.stderr }) });
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ExitPromptError') throw interrupted();
    throw cause;
  }
}

function interrupted(): DsysError {
  return new DsysError({ code: 'interrupted', message: 'interrupted; nothing was done' });
}
