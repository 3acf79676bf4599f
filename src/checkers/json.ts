// The values that histories carry: plain JSON, whatever notation they were read from. Two values
// are the same when their canonical texts are.

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

export type JsonMap = { readonly [name: string]: Json };

/** JSON with sorted member names: equal values have equal texts. */
export function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  const names = Object.keys(value).sort();
  const members = names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`);
  return `{${members.join(',')}}`;
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** For people: short values as they are, long ones cut in the middle. */
export function show(value: Json): string {
  const text = canonical(value);
  return text.length <= 72 ? text : `${text.slice(0, 34)} … ${text.slice(-34)}`;
}

/** Gives equal values equal small numbers, from 0 in order of first sight. */
export class Interner {
  readonly #ids = new Map<string, number>();
  readonly #values: Json[] = [];

  idOf(value: Json): number {
    const text = canonical(value);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#values.length);
    this.#values.push(value);
    return this.#values.length - 1;
  }

  valueOf(id: number): Json {
    return this.#values[id] ?? null;
  }

  get size(): number {
    return this.#values.length;
  }
}
