/** A browser's worker as a supervisor's port; a test passes a fake. */
import type { Port } from './supervisor.ts';

/** What is needed of a Worker, without the DOM's types. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): void;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

/** @param ping asks for a sign of life; any message is one */
export function workerPort<Message, Reply>(
  worker: WorkerLike,
  ping: Message,
): Port<Message, Reply> {
  const port: Port<Message, Reply> = {
    post: (message, transfer) => worker.postMessage(message, transfer),
    ask: () => worker.postMessage(ping, []),
    close: () => worker.terminate(),
    onReply: () => {},
    onSign: () => {},
    onError: () => {},
  };
  worker.onmessage = ({ data }: { readonly data: Reply }) => {
    port.onSign();
    port.onReply(data);
  };
  worker.onerror = (event: { message?: string; filename?: string; lineno?: number }) => {
    const { message, filename, lineno } = event;
    port.onError(message || 'it could not be started', filename ? `${filename}:${lineno}` : '');
  };
  return port;
}
