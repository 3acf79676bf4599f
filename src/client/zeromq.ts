// The doorway of the client to the package zeromq. (The runtime has its own,
// src/runtime/transport/zeromq.ts: neither room may import the other.) It is loaded at the first
// use, so that a program that only imports the library, or a command that never connects, does not
// pay for it.

import type { Dealer } from 'zeromq';
import type { KeyPair } from './api.ts';

export type ClientSocket = Dealer;

export interface ClientSocketOptions {
  readonly serverKey: string;
  readonly keys: KeyPair;
}

/**
 * Frames inside ZeroMQ on the way to one node; the rest waits here, where it can still be batched.
 */
const framesMax = 8;

/** Makes sockets: DEALERs, encrypted, dialing again after 10 to 200 ms, never outliving `close`. */
export type SocketMaker = (options: ClientSocketOptions) => ClientSocket;

export async function loadSockets(): Promise<SocketMaker> {
  const { Dealer } = await import('zeromq');
  return ({ serverKey, keys }) =>
    new Dealer({
      curveServerKey: serverKey,
      curvePublicKey: keys.publicKey,
      curveSecretKey: keys.secretKey,
      linger: 0,
      immediate: true,
      reconnectInterval: 10,
      reconnectMaxInterval: 200,
      sendHighWaterMark: framesMax,
    });
}

/** A new CURVE key pair. */
export async function newKeyPair(): Promise<KeyPair> {
  const { curveKeyPair } = await import('zeromq');
  return curveKeyPair();
}
