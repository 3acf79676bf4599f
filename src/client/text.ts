// Values are bytes; most of them are text.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** null when the bytes are not valid UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
