// The few keys of a workload, in four classes. Few, so that clients meet; the class says what may be
// done to a key, and so by which judge its history can be judged.
//
//   register  r1 …  read, write, cas, delete at quorum and all       linearizable register
//   list      l1 …  appends (read, then a conditional write), reads   linearizable register
//   counter   c1 …  increments and reads                              linearizable counter, exact sum
//   mixed     m1 …  like a register, and written at `one` as well     register; `one` acts later, or never

export type KeyClass = 'register' | 'list' | 'counter' | 'mixed';

const letters: Readonly<Record<KeyClass, string>> = {
  register: 'r',
  list: 'l',
  counter: 'c',
  mixed: 'm',
};

export function keyOf(keyClass: KeyClass, number: number): string {
  return `${letters[keyClass]}${number}`;
}

/** By its first letter; a key that no workload has is a register. */
export function classOf(key: string): KeyClass {
  if (key.startsWith(letters.list)) return 'list';
  if (key.startsWith(letters.counter)) return 'counter';
  return key.startsWith(letters.mixed) ? 'mixed' : 'register';
}
