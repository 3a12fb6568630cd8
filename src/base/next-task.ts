/** Room for the event loop in a long computation. */

/** Of pages, workers and Node alike; this room is compiled without their libraries. */
declare const MessageChannel: new () => {
  readonly port1: { onmessage: (() => void) | null; close(): void };
  readonly port2: { postMessage(message: null): void };
};

/**
 * After everything that is queued on the event loop, messages included. No timer: browsers hold
 * those back for 4 ms once one follows another.
 */
export const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
