// Keys and values in lines for people. Whatever was stored, a line stays one line and the terminal
// takes no orders from it.

const unsafe = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const unsafeEach = new RegExp(unsafe, 'gu');

/** The text as it is; quoted, with escapes, when it holds anything but printable characters. */
export function printable(text: string): string {
  return unsafe.test(text) ? escaped(JSON.stringify(text)) : text;
}

/** The text on one line, without quotes. */
export function oneLine(text: string): string {
  return escaped(text.replace(/\r?\n/g, '\\n'));
}

function escaped(text: string): string {
  return text.replace(unsafeEach, (character) => {
    if (character === '\t') return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
