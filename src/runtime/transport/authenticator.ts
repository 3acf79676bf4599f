// Who may connect (ZeroMQ RFC 27, ZAP). ZeroMQ asks one socket per process about every new
// connection of every server socket; this module owns that socket and knows one list of keys per
// domain. Without it any key would pass. Guarantee: while a domain is guarded, only its keys get
// in, and each refusal is reported.

import { receiveAll } from './receive-loop.ts';
import { socketEnd } from './socket-end.ts';
import { encodeZ85 } from './z85.ts';
import type { Reply } from './zeromq.ts';
import { bindAuthenticationSocket } from './zeromq.ts';

export interface Guard {
  /** Unique in this process; the `zapDomain` of the server sockets that it protects. */
  readonly domain: string;
  /** Z85 public keys. */
  readonly allowed: ReadonlySet<string>;
  readonly onRefused: (address: string) => void;
}

interface Doorkeeper {
  readonly socket: Reply;
  readonly end: Promise<void>;
}

const guards = new Map<string, Guard>();
let doorkeeper: Doorkeeper | null = null;
/** Of the last one: its address is free again only then. */
let previousEnd: Promise<void> = Promise.resolve();

/** Starts guarding a domain; await it before its sockets are bound. */
export async function guardDomain(guard: Guard): Promise<void> {
  guards.set(guard.domain, guard);
  await previousEnd;
  if (guards.size > 0) doorkeeper ??= newDoorkeeper();
}

/** Stops guarding, after the domain's sockets are closed. */
export async function releaseDomain(domain: string): Promise<void> {
  guards.delete(domain);
  if (guards.size > 0 || doorkeeper === null) return;
  const { socket, end } = doorkeeper;
  doorkeeper = null;
  previousEnd = end;
  socket.close();
  await end;
}

function newDoorkeeper(): Doorkeeper {
  const socket = bindAuthenticationSocket();
  receiveAll(socket, (request) => {
    // Without an answer, and without a doorkeeper, ZeroMQ refuses the connection
    // (zapEnforceDomain).
    socket.send(answer(request)).catch(() => socket.close());
  });
  return { socket, end: socketEnd(socket) };
}

/** Parts: version, request id, domain, address, identity, mechanism, key. */
function answer(request: readonly Buffer[]): (string | Buffer)[] {
  const [, id, domain, address, , mechanism, key] = request;
  const guard = guards.get(String(domain));
  const known = String(mechanism) === 'CURVE' && key !== undefined && key.length === 32;
  const allowed = known && guard?.allowed.has(encodeZ85(key)) === true;
  if (!allowed) guard?.onRefused(String(address));
  const [code, text] = allowed ? ['200', 'welcome'] : ['400', 'unknown key'];
  return ['1.0', id ?? '', code, text, '', ''];
}
