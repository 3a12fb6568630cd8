/**
 * A graph network in eval mode: blocks of graph attention, BatchNorm as scale and shift, and
 * LeakyReLU, with a GraphConv behind them where there is one. No edge leaves a graph, so that a few
 * graphs go through all layers while their rows are near the processor.
 */
import { aggregateRows } from './aggregate';
import { attendRows, edgeAt } from './attention';
import { DEPTH, EDGE_BYTES, PANEL, rowsByPanels, TILE } from './multiply';
import { claim, FLOAT } from './simd';

/** The least multiple of a step from n on. */
@inline
function roundUp(n: i32, step: i32): i32 {
  return ((n + step - 1) / step) * step;
}

/**
 * @param x       [R, inputs]
 * @param network of each layer: panels of eight columns of its weights, H U features, then H
 *                logits as source and H as destination; scale [H U]; shift [H U]
 * @param convolution panels of the GraphConv, and its bias; not read where there are no outputs
 * @param y       [R, outputs], or [R, H U] where there are no outputs
 * @param firstRow [G + 1] of each graph
 * @param together graphs that go through the layers together
 * @param most     rows that they have at most
 * @param next     one int32 of 0: the parts take the next graphs until there are none
 * @param scratch  for each part: {@link EDGE_BYTES}, and numbers for `most` rows (whole tiles) of
 *                 features, products and 3 H attention weights
 */
export function inferGat(
  x: usize,
  network: usize,
  convolution: usize,
  y: usize,
  start: usize,
  source: usize,
  firstRow: usize,
  graphs: i32,
  inputs: i32,
  layers: i32,
  heads: i32,
  units: i32,
  outputs: i32,
  slope: f32,
  leakySlope: f32,
  together: i32,
  most: i32,
  next: usize,
  scratch: usize,
  part: i32,
  parts: i32,
): void {
  const width = heads * units;
  const stride = roundUp(width + 2 * heads, PANEL);
  const rowsOfScratch = <usize>roundUp(most, TILE);
  const featureBytes = rowsOfScratch * <usize>width * FLOAT;
  const outStride = roundUp(outputs, PANEL);
  const productBytes = rowsOfScratch * <usize>max(stride, outStride) * FLOAT;
  const weightBytes = rowsOfScratch * <usize>(3 * heads) * FLOAT;
  const edge = scratch + <usize>part * (EDGE_BYTES + featureBytes + productBytes + weightBytes);
  const features = edge + EDGE_BYTES;
  const products = features + featureBytes;
  const weights = products + productBytes;

  for (;;) {
    const graph = claim(next) * together;
    if (graph >= graphs) return;
    const first = edgeAt(firstRow, graph);
    const end = edgeAt(firstRow, min(graph + together, graphs));
    const rows = end - first;
    // addresses of row 0 and edge 0, were they there
    const productsOfRow0 = products - <usize>(first * stride) * FLOAT;
    const weightsOfEdge0 = weights - <usize>(edgeAt(start, first) * heads) * FLOAT;

    let from = x + <usize>(first * inputs) * FLOAT;
    let depth = inputs;
    let panels = network;
    for (let layer = 0; layer < layers; layer++) {
      // whole tiles, but for the input, behind which there may be nothing
      const tiled = layer === 0 ? rows : roundUp(rows, TILE);
      multiplyRows(from, tiled, depth, panels, products, stride, edge);
      const scale = panels + <usize>(depth * stride) * FLOAT;
      const shift = scale + <usize>width * FLOAT;
      const toOutput = layer === layers - 1 && outputs === 0;
      attendRows(
        productsOfRow0,
        stride,
        productsOfRow0 + <usize>width * FLOAT,
        stride,
        shift,
        scale,
        start,
        source,
        weightsOfEdge0,
        0,
        toOutput ? y : features - <usize>(first * width) * FLOAT,
        first,
        end,
        heads,
        units,
        slope,
        leakySlope,
      );
      from = features;
      depth = width;
      panels = shift + <usize>width * FLOAT;
    }
    if (outputs > 0) {
      multiplyRows(from, roundUp(rows, TILE), depth, convolution, products, outStride, edge);
      const bias = convolution + <usize>(depth * outStride) * FLOAT;
      const ofRow0 = products - <usize>(first * outStride) * FLOAT;
      aggregateRows(ofRow0, outStride, bias, start, source, y, first, end, outputs);
    }
  }
}

/** c = a b for panels of the whole depth, one behind the other. */
function multiplyRows(
  a: usize,
  rows: i32,
  depth: i32,
  panels: usize,
  c: usize,
  columns: i32,
  edge: usize,
): void {
  const panelBytes = <usize>(depth * PANEL) * FLOAT;
  for (let k = 0; k < depth; k += DEPTH) {
    const slice = panels + <usize>(k * PANEL) * FLOAT;
    const from = a + <usize>k * FLOAT;
    const most = min(DEPTH, depth - k);
    rowsByPanels(
      from, depth, 1, slice, panelBytes, most, 0, c, columns, rows, columns, k === 0, edge,
    );
  }
}
