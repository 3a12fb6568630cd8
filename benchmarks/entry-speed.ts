/**
 * The worker of speed.html: the app's own backend, import and model. Its name starts as the app's
 * worker's does, which is how it gets the same policy.
 */
import { importFiles } from '../src/ingest/import-files.ts';
import type { BackendPreference } from '../src/run/settings.ts';
import { startBackend } from '../src/worker/backend.ts';
import { createMeter } from './meter.ts';
import { measureSpeed, type SpeedQuestion } from './speed.ts';

export interface SpeedRequest {
  readonly file: File;
  readonly backend: BackendPreference;
  /** Of WASM; null: as the app does. */
  readonly threads: number | null;
  readonly question: SpeedQuestion;
}

async function answer({ file, backend: preference, threads: wanted, question }: SpeedRequest) {
  // the app has a thread for each processor that the browser tells of
  if (wanted !== null) Object.defineProperty(navigator, 'hardwareConcurrency', { value: wanted });
  const { backend, adapter, threads } = await startBackend(preference, ({ message }) => {
    throw new Error(message);
  });
  const imported = await importFiles([file], {
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  if (!imported.ok) throw new Error(imported.error.what);
  const meter = createMeter(`${backend}, ${adapter}, ${threads} threads`);
  return measureSpeed(imported.value.traces, question, meter);
}

self.onmessage = async ({ data }: MessageEvent<SpeedRequest>) => {
  try {
    self.postMessage({ results: await answer(data) });
  } catch (cause) {
    self.postMessage({ error: String(cause) });
  }
};
