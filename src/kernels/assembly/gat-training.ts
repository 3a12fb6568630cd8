/**
 * A graph network in train mode, forward and backward: blocks of a linear map, graph attention and
 * BatchNorm with LeakyReLU, all layers in one kernel. Parts meet between the stages of a layer, which
 * costs less than waking them for each.
 */
import { attend, attendBackward, attentionLogits, attentionVectorsBackward } from './attention';
import { batchNorm, batchNormBackward, sumRows } from './batch-norm';
import { multiply } from './multiply';
import { meet } from './simd';

/** Addresses of a layer in the tables, as kernels/gat-training.ts. */
const FORWARD_FIELDS: i32 = 18;
const BACKWARD_FIELDS: i32 = 19;

@inline
function field(row: usize, index: i32): usize {
  return <usize>load<u32>(row + <usize>index * 4);
}

/**
 * @param table  of each layer: input; weight, attnL, attnR, bias, gamma, beta; f, attention,
 *               derivatives, attended, y, mean and inverse std, which are written; running mean and
 *               variance of before, and of after, which are written
 * @param inputs of the first layer
 * @param shares [R] weight of each row in the batch statistics
 * @param meeting one int32 of 0, of which the parts count where they meet
 * @param logits [R, 2 H] of scratch
 * @param panels scratch of the largest product
 * @param sums   [F] float64 and [F] float32 of scratch
 */
export function gatForward(
  table: usize,
  layers: i32,
  rows: i32,
  inputs: i32,
  heads: i32,
  units: i32,
  start: usize,
  source: usize,
  slope: f32,
  shares: usize,
  epsilon: f32,
  leakySlope: f32,
  momentum: f32,
  rest: f32,
  unbiased: f32,
  meeting: usize,
  logits: usize,
  panels: usize,
  sums: usize,
  part: i32,
  parts: i32,
): void {
  const width = heads * units;
  const variance = sums + <usize>width * 8;
  let met = 0;
  let depth = inputs;
  for (let layer = 0; layer < layers; layer++) {
    const row = table + <usize>(layer * FORWARD_FIELDS) * 4;
    const f = field(row, 7);
    const attended = field(row, 10);
    multiply(
      field(row, 0), depth, 1, field(row, 1), 1, depth, 0, f, rows, width, depth, panels, part, parts,
    );
    met = meet(meeting, met, parts);
    attentionLogits(f, field(row, 2), field(row, 3), logits, rows, heads, units, part, parts);
    met = meet(meeting, met, parts);
    attend(
      f, logits, field(row, 4), start, source, field(row, 8), field(row, 9), attended,
      rows, heads, units, slope, part, parts,
    );
    met = meet(meeting, met, parts);
    batchNorm(
      attended, shares, field(row, 5), field(row, 6), field(row, 11), field(row, 12), variance,
      field(row, 13), field(row, 14), field(row, 15), field(row, 16), field(row, 17), sums,
      rows, width, epsilon, leakySlope, momentum, rest, unbiased, part, parts,
    );
    met = meet(meeting, met, parts);
    depth = width;
  }
}

/**
 * The gradient of {@link gatForward}.
 *
 * @param table  of each layer: input; weight, attnL, attnR, gamma; f, attention, derivatives,
 *               attended, y, mean and inverse std; gradients of the input, weight, attnL, attnR, bias,
 *               gamma and beta, which are written
 * @param dy     [R, H U]
 * @param dAttended [R, H U] of scratch
 * @param dF     [R, H U] of scratch
 * @param dLogits [R, 2 H] of scratch
 * @param panels scratch of the largest product x W
 * @param weightPanels scratch of the largest product of a weight's gradient
 * @param sums   [5, F] float64 of scratch
 */
export function gatBackward(
  table: usize,
  layers: i32,
  rows: i32,
  inputs: i32,
  heads: i32,
  units: i32,
  start: usize,
  source: usize,
  firstRow: usize,
  graphs: i32,
  shares: usize,
  leakySlope: f32,
  dy: usize,
  dAttended: usize,
  dF: usize,
  meeting: usize,
  dLogits: usize,
  panels: usize,
  weightPanels: usize,
  sums: usize,
  part: i32,
  parts: i32,
): void {
  const width = heads * units;
  const biasSums = sums + <usize>(2 * width) * 8;
  const vectorSums = sums + <usize>(3 * width) * 8;
  let met = 0;
  let d = dy;
  for (let layer = layers - 1; layer >= 0; layer--) {
    const row = table + <usize>(layer * BACKWARD_FIELDS) * 4;
    const depth = layer === 0 ? inputs : width;
    const f = field(row, 5);
    const below = field(row, 12);
    batchNormBackward(
      field(row, 8), shares, field(row, 4), field(row, 9), field(row, 10), field(row, 11), d,
      dAttended, field(row, 17), field(row, 18), sums, rows, width, leakySlope, part, parts,
    );
    met = meet(meeting, met, parts);
    attendBackward(
      f, field(row, 2), field(row, 3), start, source, field(row, 6), field(row, 7), dAttended, dF,
      dLogits, firstRow, graphs, heads, units, part, parts,
    );
    sumRows(dAttended, field(row, 16), biasSums, rows, width, part, parts);
    met = meet(meeting, met, parts);
    attentionVectorsBackward(
      f, dLogits, field(row, 14), field(row, 15), vectorSums, rows, heads, units, part, parts,
    );
    multiply(
      dF, width, 1, field(row, 1), depth, 1, 0, below, rows, depth, width, panels, part, parts,
    );
    multiply(
      dF, 1, width, field(row, 0), depth, 1, 0, field(row, 13), width, depth, rows, weightPanels,
      part, parts,
    );
    met = meet(meeting, met, parts);
    d = below;
  }
}
