// Aligned columns without borders. Doorway of `cli-table3`, which is loaded only when a table is
// shown.

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly align?: 'left' | 'right';
}

/** Lines of a table: a heading, then one line a row; no line ends in a blank. */
export async function columns<Row>(
  rows: readonly Row[],
  shape: readonly Column<Row>[],
): Promise<string[]> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    chars: withoutBorders,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: shape.map((column) => column.align ?? 'left'),
  });
  table.push(shape.map((column) => column.title));
  for (const row of rows) table.push(shape.map((column) => column.cell(row)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

const withoutBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};
