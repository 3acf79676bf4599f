// Reads one socket until it is closed. Guarantee: after 2 ms of work it lets the
// event loop turn, so that a flood of messages cannot starve timers (measured without: up to 2 s
// late).

import { setImmediate as nextTurn } from 'node:timers/promises';
import { monotonicMs } from '../clock.ts';

const burstMsMax = 2;

interface Receiving {
  readonly closed: boolean;
  receive(): Promise<Buffer[]>;
}

/** Calls `onMessage` for each message. An error that it throws is a bug: it ends the process. */
export function receiveAll(socket: Receiving, onMessage: (parts: Buffer[]) => void): void {
  readUntilClosed(socket, onMessage).catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
}

async function readUntilClosed(
  socket: Receiving,
  onMessage: (parts: Buffer[]) => void,
): Promise<void> {
  // Work, not time: a socket that waited for its next message has let the loop turn already.
  let workedMs = 0;
  while (true) {
    const parts = await nextMessage(socket);
    if (parts === null) return;
    const begin = monotonicMs();
    onMessage(parts);
    workedMs += monotonicMs() - begin;
    if (workedMs < burstMsMax) continue;
    await nextTurn();
    workedMs = 0;
  }
}

/** null when the socket was closed, before or while waiting. */
async function nextMessage(socket: Receiving): Promise<Buffer[] | null> {
  if (socket.closed) return null;
  try {
    return await socket.receive();
  } catch (error) {
    if (socket.closed) return null;
    throw error;
  }
}
