// One event of a cluster as a line: when, who, what, and the details that fit.

export interface EventFacts {
  readonly at: string;
  readonly kind: string;
  readonly node: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export function eventLine({ at, kind, node, detail }: EventFacts): string {
  const details = Object.entries(detail).map(([name, value]) => `${name}=${plainValue(value)}`);
  return [at, (node ?? '-').padEnd(7), kind, ...details].join(' ');
}

function plainValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
