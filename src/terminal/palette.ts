// Colour, where a person looks: on a terminal, unless NO_COLOR is set. Everywhere else plain text.

export type Paint = (text: string) => string;

export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
}

const introducer = '\u001B[';
const ansi =
  (open: number, close: number): Paint =>
  (text) =>
    `${introducer}${open}m${text}${introducer}${close}m`;

const coloured: Palette = {
  bold: ansi(1, 22),
  dim: ansi(2, 22),
  red: ansi(31, 39),
  green: ansi(32, 39),
  yellow: ansi(33, 39),
};

const same: Paint = (text) => text;
export const plain: Palette = { bold: same, dim: same, red: same, green: same, yellow: same };

/** The palette for what is written to `stream`. */
export function paletteFor(stream: { readonly isTTY?: boolean }): Palette {
  const wanted = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return wanted ? coloured : plain;
}
