// The list of house rules (docs/house.md). Each is a pure function from the source tree to its
// violations.

import { noCycles, noDeadExports, noDeadFiles } from './graph-rules.ts';
import {
  importsResolve,
  importTable,
  noBarrels,
  nodePrefix,
  onePackageOneDoorway,
} from './import-rules.ts';
import { corePurity } from './purity-rules.ts';
import { fileSize, functionSize, lineLength, parameterCount, shortRun } from './size-rules.ts';
import type { Rule } from './source.ts';
import {
  erasableSyntax,
  exitOnlyAtTheEdge,
  hashPrivate,
  namedExportsOnly,
  noComparedMessages,
  noEmptyCatch,
  noLonelyTests,
  noSleepingTests,
} from './syntax-rules.ts';
import {
  fileNames,
  noCommentedCode,
  noMachinePaths,
  nothingLeftOpen,
  opensWithComment,
  wordsOfNames,
} from './text-rules.ts';

export const rules = {
  'a room imports only what its row of the import table lists': importTable,
  'a package enters the house through one doorway file': onePackageOneDoorway,
  'a relative import names an existing file with its ending': importsResolve,
  'a module of Node carries the prefix node:': nodePrefix,
  'there are no barrels: the file that owns a word is imported': noBarrels,
  'files do not import each other in a circle': noCycles,
  'every source file is reached from an entry': noDeadFiles,
  'every exported value is imported by another file': noDeadExports,
  'core knows no time, chance, waiting or process': corePurity,
  'a file has at most 400 lines': fileSize,
  'a line has at most 110 columns': lineLength,
  'a function has at most 70 lines': functionSize,
  'a function takes at most three parameters': parameterCount,
  'run() of a command has under 25 lines': shortRun,
  'no catch is empty': noEmptyCatch,
  'only bin/ and the main of a node end the process or listen to signals': exitOnlyAtTheEdge,
  'exports have names, except commands': namedExportsOnly,
  'private state is #private': hashPrivate,
  'types can be erased: no enum, no namespace': erasableSyntax,
  'errors are told apart by code, never by text': noComparedMessages,
  'quick tests never sleep': noSleepingTests,
  'no test is left out or alone': noLonelyTests,
  'names say something': wordsOfNames,
  'files are kebab-case nouns that do not repeat their folder': fileNames,
  'a file opens with what it is and what it guarantees': opensWithComment,
  'nothing is left open and no checker is silenced': nothingLeftOpen,
  'no code is commented out': noCommentedCode,
  'no line names a directory of somebody’s machine': noMachinePaths,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;
