// Who of many has a hook: found once, so that a hook that nobody has costs nothing.

export type Having<Hooks, Name extends keyof Hooks> = Hooks & Required<Pick<Hooks, Name>>;

export function having<Hooks, Name extends keyof Hooks>(
  all: readonly Hooks[],
  name: Name,
): readonly Having<Hooks, Name>[] {
  return all.filter((each): each is Having<Hooks, Name> => each[name] !== undefined);
}
