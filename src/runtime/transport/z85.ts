// Z85 (ZeroMQ RFC 32): four bytes as five printable characters. ZeroMQ shows a peer's key as 32 raw
// bytes, key files hold it as 40 characters; this makes the second from the first.

const alphabet =
  '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

/** Text of `bytes`, whose length is a multiple of four. */
export function encodeZ85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) text += encodeWord(view.getUint32(at));
  return text;
}

function encodeWord(word: number): string {
  let rest = word;
  let text = '';
  for (let digit = 0; digit < 5; digit++) {
    text = alphabet.charAt(rest % 85) + text;
    rest = Math.floor(rest / 85);
  }
  return text;
}
