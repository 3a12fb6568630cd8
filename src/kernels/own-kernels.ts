/** One switch for kernels of our own, on whichever backend. */

let enabled = true;

/** Off: stock TensorFlow.js everywhere, as a reference. */
export function setOwnKernels(on: boolean): void {
  enabled = on;
}

export const ownKernels = (): boolean => enabled;
