/**
 * log p(z) under the RealNVP prior as loops over plain arrays: for rows as narrow as z, a loop costs
 * less than the start of each of the hundred operations that it replaces. In float64; the same
 * steps as the WebGPU program's.
 */
import { type FlowParameter, type FlowSizes, flowPlaces } from './flow-sizes.ts';

export interface FlowLoopPass {
  /** [B] nats */
  readonly logProb: Float32Array;
  /** [levels + 1, B, K] what enters each level, and the flow's output */
  readonly states: Float64Array;
}

/** What {@link flowLogProb} needs of the levels' matrices: [levels] nats, [levels, K, K]. */
export interface FlowFactors {
  readonly logAbsDet: Float32Array;
  readonly inverse: Float32Array;
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * @param z    [B, K]
 * @param flat [P] as {@link flowPlaces} says
 */
export function flowLogProb(
  z: Float32Array,
  flat: Float32Array,
  { logAbsDet }: FlowFactors,
  sizes: FlowSizes,
): FlowLoopPass {
  const { size, kept, levels } = sizes;
  const { places, stride } = flowPlaces(sizes);
  const rows = z.length / size;
  const level = createLevel(flat, sizes, places);
  const logProb = new Float32Array(rows);
  const states = new Float64Array((levels + 1) * rows * size);
  for (let row = 0; row < rows; row++) {
    let logDensity = 0;
    for (let k = 0; k < size; k++) level.x[k] = z[row * size + k]!;
    for (let l = 0; l < levels; l++) {
      const base = l * stride;
      states.set(level.x, (l * rows + row) * size);
      level.pass(base);
      logDensity += logAbsDet[l]!;
      for (let k = 0; k < size; k++) logDensity += flat[base + places.preScale + k]!;
      for (let c = 0; c < size - kept; c++) logDensity += logSigmoid(level.logit[c]!);
      for (let k = 0; k < size; k++) {
        let value = 0;
        const from = base + places.matrix + k * size;
        for (let j = 0; j < size; j++) value += flat[from + j]! * level.w[j]!;
        level.x[k] = value;
      }
    }
    states.set(level.x, (levels * rows + row) * size);
    for (const x of level.x) logDensity -= HALF_LOG_TWO_PI + 0.5 * x * x;
    logProb[row] = logDensity;
  }
  return { logProb, states };
}

/**
 * @param states    of {@link flowLogProb}
 * @param dLogProb  [B]
 * @returns         gradients of z [B, K] and of the flat parameters [P]
 */
export function flowBackward(
  states: Float64Array,
  flat: Float32Array,
  { inverse }: FlowFactors,
  dLogProb: Float32Array,
  sizes: FlowSizes,
): { readonly dZ: Float32Array; readonly dFlat: Float32Array } {
  const { size, kept, hidden, levels, slope } = sizes;
  const { places, stride } = flowPlaces(sizes);
  const changed = size - kept;
  const rows = dLogProb.length;
  const level = createLevel(flat, sizes, places);
  const dZ = new Float32Array(rows * size);
  const dFlat = new Float64Array(flat.length);
  const d = new Float64Array(size); // of what leaves the level
  const dW = new Float64Array(size);
  const dShift = new Float64Array(changed);
  const dLogit = new Float64Array(changed);
  for (let row = 0; row < rows; row++) {
    const g = dLogProb[row]!;
    for (let k = 0; k < size; k++) d[k] = -g * states[(levels * rows + row) * size + k]!;
    for (let l = levels - 1; l >= 0; l--) {
      const base = l * stride;
      const at = (parameter: FlowParameter): number => base + places[parameter];
      level.x.set(states.subarray((l * rows + row) * size, (l * rows + row + 1) * size));
      level.pass(base);
      const { a, units, shifted, logit, w } = level;

      const matrix = at('matrix');
      dW.fill(0);
      for (let k = 0; k < size; k++) {
        for (let j = 0; j < size; j++) {
          const i = matrix + k * size + j;
          // the gradient of log |det M| is the transpose of M's inverse
          dFlat[i]! += d[k]! * w[j]! + g * inverse[(l * size + j) * size + k]!;
          dW[j]! += flat[i]! * d[k]!;
        }
      }
      for (let c = 0; c < changed; c++) {
        const scale = sigmoid(logit[c]!);
        const rest = sigmoid(-logit[c]!);
        dShift[c] = dW[kept + c]! * scale;
        dLogit[c] = dW[kept + c]! * shifted[c]! * scale * rest + g * rest;
        dFlat[at('shiftBias') + c]! += dShift[c]!;
        dFlat[at('scaleBias') + c]! += dLogit[c]!;
      }
      const [shiftWeight, scaleWeight] = [at('shiftWeight'), at('scaleWeight')];
      const [sharedWeight, sharedBias] = [at('sharedWeight'), at('sharedBias')];
      const dKept = d.subarray(0, kept);
      for (let k = 0; k < kept; k++) dKept[k] = dW[k]!;
      for (let h = 0; h < hidden; h++) {
        let value = 0;
        for (let c = 0; c < changed; c++) {
          const i = c * hidden + h;
          value += dShift[c]! * flat[shiftWeight + i]! + dLogit[c]! * flat[scaleWeight + i]!;
          dFlat[shiftWeight + i]! += dShift[c]! * units[h]!;
          dFlat[scaleWeight + i]! += dLogit[c]! * units[h]!;
        }
        // a unit has the sign of what went into its LeakyReLU
        const dUnit = units[h]! > 0 ? value : slope * value;
        dFlat[sharedBias + h]! += dUnit;
        for (let k = 0; k < kept; k++) {
          dFlat[sharedWeight + h * kept + k]! += dUnit * a[k]!;
          dKept[k]! += dUnit * flat[sharedWeight + h * kept + k]!;
        }
      }
      for (let c = 0; c < changed; c++) d[kept + c] = dShift[c]!;
      for (let k = 0; k < size; k++) {
        const dX = d[k]! * Math.exp(flat[at('preScale') + k]!);
        dFlat[at('preScale') + k]! += d[k]! * a[k]! + g;
        dFlat[at('bias') + k]! += dX;
        d[k] = dX;
      }
    }
    dZ.set(d, row * size);
  }
  return { dZ, dFlat: Float32Array.from(dFlat) };
}

/** One level up to the coupling's output, for one row at a time. */
function createLevel(
  flat: Float32Array,
  { size, kept, hidden, slope, scaleBias }: FlowSizes,
  places: Readonly<Record<FlowParameter, number>>,
) {
  const changed = size - kept;
  const x = new Float64Array(size); // what enters the level
  const a = new Float64Array(size); // behind its ActNorm
  const units = new Float64Array(hidden);
  const shifted = new Float64Array(changed);
  const logit = new Float64Array(changed); // of the scale
  const w = new Float64Array(size); // behind the coupling
  const pass = (base: number): void => {
    for (let k = 0; k < size; k++) {
      a[k] = (x[k]! + flat[base + places.bias + k]!) * Math.exp(flat[base + places.preScale + k]!);
    }
    for (let h = 0; h < hidden; h++) {
      let value = flat[base + places.sharedBias + h]!;
      const from = base + places.sharedWeight + h * kept;
      for (let j = 0; j < kept; j++) value += flat[from + j]! * a[j]!;
      units[h] = value > 0 ? value : slope * value;
    }
    for (let c = 0; c < changed; c++) {
      let shift = flat[base + places.shiftBias + c]!;
      let scale = flat[base + places.scaleBias + c]! + scaleBias;
      const shiftFrom = base + places.shiftWeight + c * hidden;
      const scaleFrom = base + places.scaleWeight + c * hidden;
      for (let h = 0; h < hidden; h++) {
        shift += flat[shiftFrom + h]! * units[h]!;
        scale += flat[scaleFrom + h]! * units[h]!;
      }
      shifted[c] = a[kept + c]! + shift;
      logit[c] = scale;
      w[kept + c] = shifted[c]! * sigmoid(scale);
    }
    for (let k = 0; k < kept; k++) w[k] = a[k]!;
  };
  return { x, a, units, shifted, logit, w, pass };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Stable on both sides; NaN stays NaN. */
const logSigmoid = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
