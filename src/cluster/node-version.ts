// Which Node.js dsys runs on. Checked before anything is started: an older one fails later, and
// less clearly.

import { DsysError } from '../errors.ts';

export const nodeVersionFix = 'install Node.js 20.19 or newer';

/** The same bound as `engines` in package.json. */
export function isNodeVersionSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

export function assertNodeVersion(): void {
  const { node } = process.versions;
  if (isNodeVersionSupported(node)) return;
  const message = `Node.js 20.19 or newer is needed; this is ${node}`;
  throw new DsysError({ code: 'start-failed', message, hint: nodeVersionFix });
}
