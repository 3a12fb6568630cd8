/** Gives scripts/bench-speed.mjs a function to call: one question, one worker. */

import type { SpeedRequest } from './entry-speed.ts';
import type { SpeedQuestion, SpeedResult } from './speed.ts';

declare global {
  interface Window {
    measure(
      backend: SpeedRequest['backend'],
      threads: SpeedRequest['threads'],
      question: SpeedQuestion,
    ): Promise<SpeedResult[]>;
  }
}

window.measure = (backend, threads, question) => {
  const file = document.querySelector('input')?.files?.[0];
  if (file === undefined) throw new Error('no file was chosen');
  const worker = new Worker(new URL('./entry-speed.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }) => {
      worker.terminate();
      if (data.error === undefined) resolve(data.results);
      else reject(new Error(data.error));
    };
    worker.postMessage({ file, backend, threads, question } satisfies SpeedRequest);
  });
};
