import type { Random } from '../../base/random.ts';

/** Traces of the forward pass that starts a phase. */
const WARM_UP_TRACES = 64;

/** @returns [64] of the traces, drawn with replacement */
export const drawTraces = (traces: Uint32Array, random: Random): Uint32Array =>
  Uint32Array.from({ length: WARM_UP_TRACES }, () => traces[random.integer(traces.length)]!);
