/** Speeds of this browser's backends by sizes of models, remembered by the browser. */
import type { BackendSpeeds, KnownSpeeds } from '../../run/auto-backend.ts';
import type { PreferenceStorage } from '../shared/preferences-store.ts';

export interface SpeedMemory {
  all(): KnownSpeeds;
  keep(key: string, speeds: BackendSpeeds): void;
}

const KEY = 'tracevae-notebook.backend-speeds';
/** Older ones are forgotten: localStorage is small. */
const MOST_SPEEDS = 50;

export function createSpeedMemory(storage: PreferenceStorage): SpeedMemory {
  let speeds = read(storage);
  return {
    all: () => speeds,
    keep(key, measured) {
      const { [key]: _, ...others } = speeds;
      speeds = Object.fromEntries([...Object.entries(others), [key, measured]].slice(-MOST_SPEEDS));
      try {
        storage.setItem(KEY, JSON.stringify(speeds));
      } catch {
        // A full or forbidden localStorage only costs the memory: both are tried again.
      }
    },
  };
}

function read(storage: PreferenceStorage): KnownSpeeds {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const known = Object.entries(value).filter((entry): entry is [string, BackendSpeeds] => {
      const { wasm, webgpu } = Object(entry[1]) as Partial<BackendSpeeds>;
      return [wasm, webgpu].every((speed) => typeof speed === 'number' && speed >= 0);
    });
    return Object.fromEntries(known);
  } catch {
    return {}; // storage forbidden or garbled: measured again
  }
}
