// keys/NAME.json: one CURVE key pair. The text holds a secret: whoever writes it sets mode 0600,
// and no error here shows what was found.

import { DsysError } from '../errors.ts';
import { formatJsonFile } from './json-file.ts';
import { isZ85Key } from './member.ts';

/** Both Z85: 40 printable characters for 32 bytes. */
export interface KeyFile {
  readonly publicKey: string;
  readonly secretKey: string;
}

/** Throws `config-invalid` that names `path`. */
export function parseKeyFile(text: string, path: string): KeyFile {
  const { publicKey, secretKey } = parse(text);
  if (isKey(publicKey) && isKey(secretKey)) return { publicKey, secretKey };
  throw new DsysError({
    code: 'config-invalid',
    message: `${path}: expected {"publicKey", "secretKey"}, each 40 characters of Z85; found something else`,
    hint: 'restore the file from a copy, or remove the cluster (dsys rm NAME) and create it again',
    details: { path },
  });
}

export function formatKeyFile({ publicKey, secretKey }: KeyFile): string {
  return formatJsonFile({ publicKey, secretKey });
}

const isKey = (value: unknown): value is string => typeof value === 'string' && isZ85Key(value);

/** An object, whatever the text is; the caller says what was wrong. */
function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
