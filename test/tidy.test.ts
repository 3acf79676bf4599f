// The house rules, executable: every rule of test/tidy/ holds for every file of the repository. A
// failure names the file, the line and what to do. test/tidy/rules.test.ts proves that each rule
// can fail.

import { describe, expect, it } from 'vitest';
import { rules } from './tidy/rules.ts';
import type { Violation } from './tidy/source.ts';
import { readTree } from './tidy/tree.ts';

const tree = readTree();

const show = ({ file, line, rule, message }: Violation): string =>
  `${file}:${line} [${rule}] ${message}`;

describe('tidy', () => {
  it('reads the whole house, so that no rule passes for want of files', () => {
    for (const path of [
      'src/errors.ts',
      'src/core/model/ids.ts',
      'src/client/connect.ts',
      'src/runtime/main.ts',
    ]) {
      expect([...tree.keys()]).toContain(path);
    }
  });

  for (const [sentence, rule] of Object.entries(rules)) {
    it(sentence, () => {
      expect(rule(tree).map(show)).toEqual([]);
    });
  }
});
