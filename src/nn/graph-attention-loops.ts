/**
 * Graph attention (Veličković et al. 2018; paper section 3.2) as loops over the edges, forward and
 * backward. A tree has about three incoming edges a node (itself, its parent, its children), so
 * this is far less work than N x N products. R rows, H heads, U units a head; features are unitless.
 */
import type { NodeLayout } from './node-layout.ts';

export interface AttentionInput {
  /** [R, H, U] */
  readonly features: Float32Array;
  /** [H, U] of the source node */
  readonly attnL: Float32Array;
  /** [H, U] of the destination node */
  readonly attnR: Float32Array;
  readonly heads: number;
  readonly units: number;
  /** Of the LeakyReLU on the logits. */
  readonly slope: number;
  readonly graph: NodeLayout;
}

export interface AttentionForward {
  /** [R, H, U] */
  readonly output: Float32Array;
  /** [edges, H] a(u -> v), sums to 1 over the edges into v */
  readonly attention: Float32Array;
  /** [edges, H] derivative of the LeakyReLU: 1 or its slope */
  readonly slopes: Float32Array;
}

/**
 * out[v] = sum over u of a(u -> v) f[u], Veličković et al. 2018, eq. (3) and (4) before the
 * nonlinearity, for each head.
 *
 * @returns output [R, H, U], and [edges, H] of what the gradient needs
 */
export function attend(input: AttentionInput): AttentionForward {
  const { features, attnL, attnR, heads, units, slope, graph } = input;
  const { rows, edgeStart, edgeSource } = graph;
  const width = heads * units;
  const output = new Float32Array(rows * width);
  const attention = new Float32Array(edgeSource.length * heads);
  const slopes = new Float32Array(edgeSource.length * heads);

  const source = new Float32Array(rows * heads);
  const target = new Float32Array(rows * heads);
  for (let v = 0; v < rows; v++) {
    if (edgeStart[v + 1]! - edgeStart[v]! === 1) continue; // alone: its logit does not matter
    for (let h = 0; h < heads; h++) {
      const at = v * width + h * units;
      let left = 0;
      let right = 0;
      for (let k = 0; k < units; k++) {
        const x = features[at + k]!;
        left += x * attnL[h * units + k]!;
        right += x * attnR[h * units + k]!;
      }
      source[v * heads + h] = left;
      target[v * heads + h] = right;
    }
  }

  for (let v = 0; v < rows; v++) {
    const start = edgeStart[v]!;
    const end = edgeStart[v + 1]!;
    if (end - start === 1) {
      attention.fill(1, start * heads, end * heads);
      output.set(features.subarray(v * width, (v + 1) * width), v * width);
      continue;
    }
    for (let h = 0; h < heads; h++) {
      const ownLogit = target[v * heads + h]!;
      let max = Number.NEGATIVE_INFINITY;
      for (let e = start; e < end; e++) {
        const sum = source[edgeSource[e]! * heads + h]! + ownLogit;
        const derivative = sum > 0 ? 1 : slope;
        const logit = sum * derivative;
        slopes[e * heads + h] = derivative;
        attention[e * heads + h] = logit;
        // a NaN logit fails every comparison; the exponential below spreads it
        if (logit > max) max = logit;
      }
      let total = 0;
      for (let e = start; e < end; e++) {
        const power = Math.exp(attention[e * heads + h]! - max);
        attention[e * heads + h] = power;
        total += power;
      }
      const to = v * width + h * units;
      for (let e = start; e < end; e++) {
        const a = attention[e * heads + h]! / total;
        attention[e * heads + h] = a;
        const from = edgeSource[e]! * width + h * units;
        for (let k = 0; k < units; k++) output[to + k]! += a * features[from + k]!;
      }
    }
  }
  return { output, attention, slopes };
}

export interface AttentionGradients {
  /** [R, H, U] */
  readonly features: Float32Array;
  /** [H, U] */
  readonly attnL: Float32Array;
  /** [H, U] */
  readonly attnR: Float32Array;
}

/**
 * The gradient of {@link attend}: of out = sum of a f, through softmax and LeakyReLU.
 *
 * @param dy [R, H, U] gradient of the output
 * @returns  gradients in the shapes of the input: [R, H, U], [H, U] and [H, U]
 */
export function attendBackward(
  input: AttentionInput,
  { attention, slopes }: AttentionForward,
  dy: Float32Array,
): AttentionGradients {
  const { features, attnL, attnR, heads, units, graph } = input;
  const { rows, edgeStart, edgeSource } = graph;
  const width = heads * units;
  const dFeatures = new Float32Array(rows * width);
  const dSource = new Float32Array(rows * heads);
  const dTarget = new Float32Array(rows * heads);

  for (let v = 0; v < rows; v++) {
    const start = edgeStart[v]!;
    const end = edgeStart[v + 1]!;
    if (end - start === 1) {
      const at = v * width;
      for (let k = 0; k < width; k++) dFeatures[at + k]! += dy[at + k]!;
      continue;
    }
    for (let h = 0; h < heads; h++) {
      const to = v * width + h * units;
      // sum over edges of a dL/da, which softmax's gradient takes off each
      let mean = 0;
      for (let e = start; e < end; e++) {
        const from = edgeSource[e]! * width + h * units;
        const a = attention[e * heads + h]!;
        let dA = 0;
        for (let k = 0; k < units; k++) {
          const d = dy[to + k]!;
          dA += d * features[from + k]!;
          dFeatures[from + k]! += a * d;
        }
        mean += a * dA;
        // the two halves of a (dA - mean) that are known before the mean is
        dSource[edgeSource[e]! * heads + h]! += slopes[e * heads + h]! * a * dA;
        dTarget[v * heads + h]! += slopes[e * heads + h]! * a * dA;
      }
      for (let e = start; e < end; e++) {
        const share = slopes[e * heads + h]! * attention[e * heads + h]! * mean;
        dSource[edgeSource[e]! * heads + h]! -= share;
        dTarget[v * heads + h]! -= share;
      }
    }
  }

  const dAttnL = new Float64Array(width);
  const dAttnR = new Float64Array(width);
  for (let v = 0; v < rows; v++) {
    if (edgeStart[v + 1]! - edgeStart[v]! === 1) continue;
    for (let h = 0; h < heads; h++) {
      const left = dSource[v * heads + h]!;
      const right = dTarget[v * heads + h]!;
      const at = v * width + h * units;
      for (let k = 0; k < units; k++) {
        const x = features[at + k]!;
        dAttnL[h * units + k]! += left * x;
        dAttnR[h * units + k]! += right * x;
        dFeatures[at + k]! += left * attnL[h * units + k]! + right * attnR[h * units + k]!;
      }
    }
  }
  return {
    features: dFeatures,
    attnL: Float32Array.from(dAttnL),
    attnR: Float32Array.from(dAttnR),
  };
}
