/** Long work that can pause: a generator that yields between slices, and gives its result last. */
export type Sliced<T> = Generator<void, T>;

/** All of it at once. */
export function runThrough<T>(work: Sliced<T>): T {
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}

/** All of it, with a pause after each slice; null where it was cancelled in one. */
export async function runWithPauses<T>(work: Sliced<T>, pause: () => Promise<void>): Promise<T>;
export async function runWithPauses<T>(
  work: Sliced<T>,
  pause: () => Promise<void>,
  signal: { readonly aborted: boolean },
): Promise<T | null>;
export async function runWithPauses<T>(
  work: Sliced<T>,
  pause: () => Promise<void>,
  signal?: { readonly aborted: boolean },
): Promise<T | null> {
  let step = work.next();
  while (step.done !== true) {
    await pause();
    if (signal?.aborted === true) return null;
    step = work.next();
  }
  return step.value;
}

/** A value that is made when it is first asked for, at once or in slices. */
export interface Remembered<T> {
  now(): T;
  inSlices(): Sliced<T>;
}

export function remembered<T>(make: () => Sliced<T>): Remembered<T> {
  let made: { readonly value: T } | null = null;
  function* inSlices(): Sliced<T> {
    made ??= { value: yield* make() };
    return made.value;
  }
  return { inSlices, now: () => runThrough(inSlices()) };
}
