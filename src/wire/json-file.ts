// Reading the small JSON files of a cluster: each complaint says which file, what was expected,
// what was found, and what to do. Text in, text out; who reads and writes files is elsewhere.

import { DsysError } from '../errors.ts';

/** One field of a file that is being read, with everything that an error about it must say. */
export class JsonField {
  readonly #value: unknown;
  /** `members[1].zone` */
  readonly #name: string;
  readonly #source: JsonSource;

  constructor(value: unknown, name: string, source: JsonSource) {
    this.#value = value;
    this.#name = name;
    this.#source = source;
  }

  /** As it was parsed; nothing is known of it. */
  get value(): unknown {
    return this.#value;
  }

  at(key: string): JsonField {
    const inner = Object.hasOwn(this.#members(), key) ? this.#members()[key] : undefined;
    return new JsonField(inner, this.#name === '' ? key : `${this.#name}.${key}`, this.#source);
  }

  /** Refuses an object that has other members than these: a typo must not be silent. */
  only(names: readonly string[]): this {
    const strange = Object.keys(this.#members()).find((name) => !names.includes(name));
    if (strange === undefined) return this;
    return this.complain(`expected only ${names.join(', ')}; found ${JSON.stringify(strange)}`);
  }

  #members(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      return this.refuse('an object');
    }
    return value as Readonly<Record<string, unknown>>;
  }

  /** What `read` makes of it; null when the file does not have it. */
  ifThere<Value>(read: (field: JsonField) => Value): Value | null {
    return this.#value === undefined ? null : read(this);
  }

  list(): JsonField[] {
    const value = this.#value;
    if (!Array.isArray(value)) return this.refuse('a list');
    return value.map((item, index) => new JsonField(item, `${this.#name}[${index}]`, this.#source));
  }

  /** Text for which `isValid` holds; `expected` describes it. */
  text(expected: string, isValid: (text: string) => boolean): string {
    const value = this.#value;
    return typeof value === 'string' && isValid(value) ? value : this.refuse(expected);
  }

  /** A whole number from `min` to `max`. */
  whole(min: number, max: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      return this.refuse(`a whole number from ${min} to ${max}`);
    }
    return value;
  }

  /** A number from `min` to `max`, whole or not. */
  real(min: number, max: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      return this.refuse(`a number from ${min} to ${max}`);
    }
    return value;
  }

  refuse(expected: string): never {
    const found = this.#value === undefined ? 'nothing' : JSON.stringify(this.#value).slice(0, 80);
    return this.complain(`expected ${expected}, found ${found}`);
  }

  /** `what`: what was expected and what was found. */
  complain(what: string): never {
    const { path, hint } = this.#source;
    const where = this.#name === '' ? path : `${path}: ${this.#name}`;
    throw new DsysError({
      code: 'config-invalid',
      message: `${where}: ${what}`,
      hint,
      details: { path, field: this.#name },
    });
  }
}

export interface JsonSource {
  readonly path: string;
  /** What to do about a file that is wrong. */
  readonly hint: string;
}

/** The root of a JSON text whose `schema` is `schema`. Throws `config-invalid`. */
export function parseJsonFile(
  text: string,
  source: JsonSource & { readonly schema?: number },
): JsonField {
  const root = new JsonField(parse(text, source), '', source);
  const { schema } = source;
  if (schema !== undefined) root.at('schema').whole(schema, schema);
  return root;
}

/** With a line break at the end, as people's editors want it. */
export function formatJsonFile(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function parse(text: string, { path, hint }: JsonSource): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DsysError({
      code: 'config-invalid',
      message: `${path}: expected JSON, found ${text.length} characters that are not: ${reason}`,
      hint,
      details: { path },
      cause,
    });
  }
}
