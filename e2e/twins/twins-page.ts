/** Gives kernels.spec.ts a function to call: all twins in one worker on WebGPU. */
import type { TwinReport } from './entry-twins.ts';

declare global {
  interface Window {
    compareTwins(): Promise<TwinReport>;
  }
}

window.compareTwins = () => {
  const worker = new Worker(new URL('./entry-twins.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.onmessage = ({ data }: MessageEvent<TwinReport>) => resolve(data);
  });
};
