// Reads EDN (Clojure's notation, in which Jepsen writes its histories) into plain JSON: a keyword
// becomes its name, a set or list becomes an array, a map's keys become text, a tag is dropped and
// its value kept. Never recurses.

import { canonical, type Json } from '../json.ts';
import { type Malformed, malformed } from './history.ts';

/** A top-level form and the line on which it begins. */
export interface Form {
  readonly value: Json;
  readonly line: number;
  /** Lines of the elements, when it is a list of forms. */
  readonly elementLines: readonly number[];
}

interface Open {
  readonly kind: 'list' | 'map';
  readonly close: string;
  readonly line: number;
  readonly items: Json[];
  readonly lines: number[];
  /** How many `#_` wait for a form to drop. */
  discards: number;
}

/** Whoever reads the values afterwards may recurse. */
const depthMax = 200;

const token = /[^\s,()[\]{}";\\]+/y;
const whitespace = /(?:[\s,]|;[^\n]*)+/y;
const text = /"(?:[^"\\]|\\[\s\S])*"/y;
const character = /\\(?:newline|space|tab|return|u[0-9a-fA-F]{4}|[\s\S])/y;
const number = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?[NM]?$/;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/** Every top-level form of `source`. */
export function parseEdn(source: string): readonly Form[] | Malformed {
  return new EdnReader(source).read();
}

class EdnReader {
  readonly #source: string;
  #at = 0;
  #line = 1;
  readonly #stack: Open[] = [openAt('list', '', 1)];

  constructor(source: string) {
    this.#source = source;
  }

  read(): readonly Form[] | Malformed {
    const forms: Form[] = [];
    for (;;) {
      this.#skip();
      if (this.#at >= this.#source.length) break;
      const fault = this.#step(forms);
      if (fault !== null) return fault;
    }
    const open = this.#stack.at(-1);
    return open === undefined || this.#stack.length === 1
      ? forms
      : malformed(open.line, `a closing ${open.close}`, 'the end of the file');
  }

  #skip(): void {
    const blank = this.#match(whitespace);
    if (blank === null) return;
    for (const letter of blank) if (letter === '\n') this.#line++;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found === null) return null;
    this.#at += found[0].length;
    return found[0];
  }

  #step(forms: Form[]): Malformed | null {
    const letter = this.#source[this.#at] ?? '';
    const two = this.#source.slice(this.#at, this.#at + 2);
    const line = this.#line;
    if (two === '#_') return this.#discard();
    if (two === '#{') return this.#open('list', '}', 2);
    if (letter === '{') return this.#open('map', '}', 1);
    if (letter === '[') return this.#open('list', ']', 1);
    if (letter === '(') return this.#open('list', ')', 1);
    if (')]}'.includes(letter)) return this.#close(letter, forms);
    const atom = this.#atom(letter);
    if (atom === undefined) return malformed(line, 'an EDN form', this.#rest());
    if (atom !== tag) this.#put(forms, { value: atom, line, elementLines: [] });
    return null;
  }

  #discard(): null {
    this.#at += 2;
    const open = this.#stack.at(-1);
    if (open !== undefined) open.discards++;
    return null;
  }

  #open(kind: 'list' | 'map', close: string, width: number): Malformed | null {
    if (this.#stack.length > depthMax)
      return malformed(this.#line, `at most ${depthMax} levels of nesting`, this.#rest());
    this.#at += width;
    this.#stack.push(openAt(kind, close, this.#line));
    return null;
  }

  #close(letter: string, forms: Form[]): Malformed | null {
    const open = this.#stack.at(-1);
    if (open === undefined || open.close !== letter) {
      const expected =
        open === undefined || open.close === '' ? 'a form' : `a closing ${open.close}`;
      return malformed(this.#line, expected, this.#rest());
    }
    this.#at++;
    this.#stack.pop();
    if (open.kind === 'map' && open.items.length % 2 === 1)
      return malformed(open.line, 'a value for every key of the map', canonical(open.items));
    const value = open.kind === 'map' ? mapOf(open.items) : open.items;
    this.#put(forms, { value, line: open.line, elementLines: open.lines });
    return null;
  }

  #put(forms: Form[], form: Form): void {
    const open = this.#stack.at(-1);
    if (open === undefined) return;
    if (open.discards > 0) {
      open.discards--;
      return;
    }
    if (this.#stack.length === 1) forms.push(form);
    else {
      open.items.push(form.value);
      open.lines.push(form.line);
    }
  }

  #atom(letter: string): Json | undefined | typeof tag {
    if (letter === '"') {
      const found = this.#match(text);
      if (found === null) return undefined;
      for (const each of found) if (each === '\n') this.#line++;
      return unescaped(found);
    }
    if (letter === '\\') return this.#match(character)?.slice(1) ?? undefined;
    const found = this.#match(token);
    return found === null ? undefined : atomOf(found);
  }

  #rest(): string {
    return this.#source.slice(this.#at, this.#at + 40).split('\n')[0] ?? '';
  }
}

/** Stands for `#inst` and the like: the form after it is the value. */
const tag = Symbol('tag');

function openAt(kind: 'list' | 'map', close: string, line: number): Open {
  return { kind, close, line, items: [], lines: [], discards: 0 };
}

function atomOf(found: string): Json | typeof tag {
  if (found === 'nil') return null;
  if (found === 'true' || found === 'false') return found === 'true';
  if (number.test(found)) return Number(found.replace(/[NM]$/, ''));
  if (found.startsWith('##')) return found.slice(2);
  if (found.startsWith('#')) return tag;
  return found.startsWith(':') ? found.slice(1) : found;
}

function unescaped(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_, code: string) =>
      code.length === 5
        ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
        : (escapes[code] ?? code),
    );
}

function mapOf(items: readonly Json[]): Json {
  const map: Record<string, Json> = Object.create(null);
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i] ?? null;
    map[typeof key === 'string' ? key : canonical(key)] = items[i + 1] ?? null;
  }
  return map;
}
