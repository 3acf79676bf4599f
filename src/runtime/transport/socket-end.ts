// When a closed socket is really gone. ZeroMQ closes in the background; its monitor says 'end' when
// the descriptors are released and a listening port is free again.

interface Ending {
  readonly events: { on(type: 'end', listener: () => void): unknown };
}

/** Resolves after `close()` of the socket took effect. Call it when the socket is made. */
export function socketEnd(socket: Ending): Promise<void> {
  return new Promise((resolve) => {
    socket.events.on('end', () => resolve());
  });
}
