/**
 * The backend at hand, and what becomes of its GPU device. TensorFlow.js does not throw on a GPU's
 * errors: after a validation error it goes on with old buffer contents, after the device is lost
 * only reads fail. So whoever computes looks here.
 */
import type { AutoChoice } from '../run/auto-backend.ts';
import type { BackendInfo } from '../run/outcome.ts';
import type { BackendPreference } from '../run/settings.ts';
import type { JobFailure } from './job-failure.ts';

export interface DeviceTrouble {
  /** A lost device is no mistake of ours: the work can go on on another one. */
  readonly kind: 'error' | 'lost';
  readonly message: string;
}

export type StartBackend = (
  preference: BackendPreference,
  onTrouble: (trouble: DeviceTrouble) => void,
) => Promise<BackendInfo>;

export interface Device {
  /** Starts the backend, unless it is the one at hand and well. */
  take(preference: BackendPreference): Promise<BackendInfo>;
  /** From now on `auto` is this; before, it is what the machine offers. */
  choose(choice: AutoChoice): void;
  /** Aborted by trouble of the device at hand. */
  signal(): AbortSignal;
  trouble(): DeviceTrouble | null;
  /** After an exception: its trouble, which may be told a little later than a read fails. */
  troubleSoon(): Promise<DeviceTrouble | null>;
}

const SOON_MS = 1000;

/** @param onLeave called before a backend is left: what lives on it has to go */
export function createDevice(start: StartBackend, onLeave: () => void): Device {
  let taken: { readonly preference: BackendPreference; readonly info: BackendInfo } | null = null;
  let auto: AutoChoice | null = null;
  let watch = new AbortController();
  const trouble = (): DeviceTrouble | null => watch.signal.reason ?? null;

  return {
    async take(wanted) {
      const choice = wanted === 'auto' ? auto : null;
      const preference = choice?.backend ?? wanted;
      const told = (info: BackendInfo): BackendInfo =>
        choice?.backend === info.backend ? { ...info, reason: choice.reason } : info;
      if (taken?.preference === preference && trouble() === null) return told(taken.info);
      onLeave();
      taken = null;
      const mine = new AbortController();
      watch = mine;
      const info = await start(preference, (reason) => mine.abort(reason));
      taken = { preference, info };
      return told(info);
    },
    choose(choice) {
      auto = choice;
    },
    signal: () => watch.signal,
    trouble,
    async troubleSoon() {
      if (trouble() !== null || taken?.info.backend !== 'webgpu') return trouble();
      const { signal } = watch;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SOON_MS);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
      return trouble();
    },
  };
}

export const deviceFailure = ({ kind, message }: DeviceTrouble): JobFailure => ({
  kind: 'device',
  what: kind === 'lost' ? `the GPU device was lost: ${message}` : `the GPU reported: ${message}`,
  where: 'WebGPU',
  advice:
    kind === 'lost'
      ? 'start again: a new device is tried first, then WASM'
      : 'choose the WASM backend and start again',
});
