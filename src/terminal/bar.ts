// A bar of blocks: how much of a whole, in a fixed width. Eighths of a block show small steps.

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** `██████▌···` for 65 % in a width of 10. */
export function bar(part: number, whole: number, width: number): string {
  const share = whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
  const steps = Math.round(share * width * eighths.length);
  const full = Math.floor(steps / eighths.length);
  const rest = eighths[steps % eighths.length] ?? '';
  return `${'█'.repeat(full)}${rest}`.padEnd(width, '·');
}
