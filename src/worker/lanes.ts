/**
 * Which jobs wait for each other. Those that compute share the backend and the model, so they run
 * one after another; those beside them touch neither. Controls reach a running job because it yields.
 */
export type Lane = 'compute' | 'beside';

export interface Lanes {
  run(lane: Lane, task: () => Promise<void>): void;
}

export function createLanes(): Lanes {
  let last: Promise<void> = Promise.resolve();
  return {
    run(lane, task) {
      if (lane === 'beside') void task();
      else last = last.then(task);
    },
  };
}
