/**
 * How often to save: after a save that took t, the next one waits for 9 t, so that saving takes at
 * most a tenth of the time, however large what is saved.
 */
const REST = 9;

export interface SavePace {
  /** Milliseconds until the next save may begin; 0 when it may begin now. */
  waitMs(): number;
  /** Saves, and measures how long that takes. */
  timed<T>(save: () => Promise<T>): Promise<T>;
}

/** @param now milliseconds on any clock */
export function createSavePace(now: () => number): SavePace {
  let restUntil = Number.NEGATIVE_INFINITY;
  return {
    waitMs: () => Math.max(0, restUntil - now()),
    async timed(save) {
      const started = now();
      try {
        return await save();
      } finally {
        const ended = now();
        restUntil = ended + REST * (ended - started);
      }
    },
  };
}
