// The doorway of the runtime to the package zeromq. (The client library has its own,
// src/client/zeromq.ts: it may not import the runtime.) Every socket that a node opens gets its
// settings here.
//
// Settings seen to matter: linger 0 (a dead peer never delays an exit), mandatory with a finite
// send timeout (a gone client is an error, not a silent drop or an endless wait), handover (a
// reconnecting peer replaces its half-open predecessor), immediate (nothing is queued for a peer
// that is not there), and the policy below.

import { existsSync } from 'node:fs';
import { context, Dealer, Reply, Router } from 'zeromq';
import { limits } from '../../core/model/limits.ts';

export type { Dealer, Reply, Router };

/**
 * SCHED_BATCH of Linux (sched(7)) for ZeroMQ's thread: what a send wakes waits until the sender has
 * ended its turn, in place of interrupting it, when no processor is free. ZeroMQ ends the process
 * where a system refuses that: gVisor does, which knows one policy and has no such file.
 */
const batchPolicy = 3;
if (existsSync('/proc/self/sched')) context.threadSchedulingPolicy = batchPolicy;

/** Room for the frame's own header and the routing id above `limits.frameBytesMax`. */
const headerRoomBytes = 64 << 10;
/**
 * Frames inside ZeroMQ per connection: few, because they may be big; the real bound is byte credit.
 */
const peerFramesMax = 64;
/** Replies inside ZeroMQ per client; a client that does not read loses the rest. */
const clientFramesMax = 1000;

export interface ServerSocketOptions {
  readonly secretKey: string;
  /** Names the list of keys that may connect; see authenticator.ts. */
  readonly zapDomain: string;
  readonly audience: 'peers' | 'clients';
}

/** A ROUTER that only authenticated connections reach. */
export function newServerSocket(options: ServerSocketOptions): Router {
  return new Router({
    curveServer: true,
    curveSecretKey: options.secretKey,
    zapDomain: options.zapDomain,
    zapEnforceDomain: true,
    linger: 0,
    mandatory: true,
    sendTimeout: 0,
    handover: true,
    maxMessageSize: limits.frameBytesMax + headerRoomBytes,
    receiveHighWaterMark: options.audience === 'peers' ? peerFramesMax : clientFramesMax,
    sendHighWaterMark: clientFramesMax,
  });
}

export interface PeerSocketOptions {
  readonly secretKey: string;
  readonly publicKey: string;
  readonly serverKey: string;
  readonly routingId: string;
}

/** A DEALER that only sends. A restarted peer is found again within 10 to 200 ms. */
export function newPeerSocket(options: PeerSocketOptions): Dealer {
  return new Dealer({
    curveServerKey: options.serverKey,
    curvePublicKey: options.publicKey,
    curveSecretKey: options.secretKey,
    routingId: options.routingId,
    linger: 0,
    immediate: true,
    reconnectInterval: 10,
    reconnectMaxInterval: 200,
    sendHighWaterMark: peerFramesMax,
  });
}

/**
 * The socket on which ZeroMQ asks, for every new connection of this process, whether it may come
 * in.
 */
export function bindAuthenticationSocket(): Reply {
  const socket = new Reply({ linger: 0 });
  socket.bindSync('inproc://zeromq.zap.01');
  return socket;
}
