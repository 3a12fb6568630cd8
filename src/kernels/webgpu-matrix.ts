/** Products of matrices on the WebGPU backend, bias included, one dispatch each. */
import type * as tf from '@tensorflow/tfjs-core';
import { type MatrixView, shapeOf } from './matrix-kernels.ts';
import { type GpuProgram, groupsFor, type WebGpuKernels } from './webgpu-kernels.ts';

/** A workgroup computes a square of numbers, each of its threads a smaller one. */
interface Tile {
  readonly side: number;
  readonly ofThread: number;
}

/** Much work a load, for large products; many workgroups, for small ones. */
const LARGE: Tile = { side: 64, ofThread: 4 };
const SMALL: Tile = { side: 16, ofThread: 1 };

/** Large tiles that keep a GPU busy. */
const ENOUGH_TILES = 64;

/** Columns of a and rows of b that are loaded at once, and the first level of each sum. */
const DEPTH = 16;

const THREADS = 256;

/** The index of an element of a tile, neighbours in memory by neighbouring threads. */
const place = (name: string, rows: number, columns: number): string => `
  var ${name}Row = i / ${columns}u;
  var ${name}Column = i % ${columns}u;
  if (given.${name}Transposed == 1u) { ${name}Row = i % ${rows}u; ${name}Column = i / ${rows}u; }`;

function program({ side, ofThread }: Tile): GpuProgram {
  const across = side / ofThread;
  const own = ofThread * ofThread;
  return {
    name: `product${side}`,
    inputs: { a: 'f32', b: 'f32', bias: 'f32' },
    outputs: ['c'],
    sizes: ['rows', 'columns', 'depth', 'aTransposed', 'bTransposed', 'biased'],
    threads: THREADS,
    code: `
      var<workgroup> tileA: array<f32, ${side * DEPTH}>; // by rows
      var<workgroup> tileB: array<f32, ${side * DEPTH}>; // by rows
      fn valueOfA(row: u32, k: u32) -> f32 {
        if (row >= given.rows || k >= given.depth) { return 0.0; }
        return a[select(row * given.depth + k, k * given.rows + row, given.aTransposed == 1u)];
      }
      fn valueOfB(k: u32, column: u32) -> f32 {
        if (k >= given.depth || column >= given.columns) { return 0.0; }
        return b[select(k * given.columns + column, column * given.depth + k, given.bTransposed == 1u)];
      }
      fn run(group: u32, thread: u32) {
        let tiles = (given.columns + ${side - 1}u) / ${side}u;
        let firstRow = group / tiles * ${side}u;
        let firstColumn = group % tiles * ${side}u;
        let y = thread / ${across}u;
        let x = thread % ${across}u;
        var sums = array<f32, ${own}>();
        for (var k0 = 0u; k0 < given.depth; k0 += ${DEPTH}u) {
          for (var i = thread; i < ${side * DEPTH}u; i += ${THREADS}u) {
            ${place('a', side, DEPTH)}
            tileA[aRow * ${DEPTH}u + aColumn] = valueOfA(firstRow + aRow, k0 + aColumn);
            ${place('b', DEPTH, side)}
            tileB[bRow * ${side}u + bColumn] = valueOfB(k0 + bRow, firstColumn + bColumn);
          }
          workgroupBarrier();
          // zeroed by name: without an initialiser SwiftShader keeps the last round's numbers
          var parts = array<f32, ${own}>();
          for (var k = 0u; k < ${DEPTH}u; k++) {
            var right = array<f32, ${ofThread}>();
            for (var j = 0u; j < ${ofThread}u; j++) {
              right[j] = tileB[k * ${side}u + x + j * ${across}u];
            }
            for (var i = 0u; i < ${ofThread}u; i++) {
              let left = tileA[(y + i * ${across}u) * ${DEPTH}u + k];
              for (var j = 0u; j < ${ofThread}u; j++) { parts[i * ${ofThread}u + j] += left * right[j]; }
            }
          }
          for (var i = 0u; i < ${own}u; i++) { sums[i] += parts[i]; }
          workgroupBarrier();
        }
        for (var i = 0u; i < ${ofThread}u; i++) {
          let row = firstRow + y + i * ${across}u;
          for (var j = 0u; j < ${ofThread}u; j++) {
            let column = firstColumn + x + j * ${across}u;
            if (row < given.rows && column < given.columns) {
              var value = sums[i * ${ofThread}u + j];
              if (given.biased == 1u) { value += bias[column]; }
              c[row * given.columns + column] = value;
            }
          }
        }
      }`,
  };
}

const LARGE_PRODUCT = program(LARGE);
const SMALL_PRODUCT = program(SMALL);

/**
 * a b + bias
 *
 * @param a    [R, D]
 * @param b    [D, C]
 * @param bias [C]
 * @returns    [R, C]
 */
export function product(
  kernels: WebGpuKernels,
  a: MatrixView,
  b: MatrixView,
  bias?: tf.Tensor1D,
): tf.Tensor2D {
  const [rows, depth] = shapeOf(a);
  const columns = shapeOf(b)[1];
  const tilesOf = ({ side }: Tile): number => groupsFor(rows, side) * groupsFor(columns, side);
  const large = tilesOf(LARGE) >= ENOUGH_TILES;
  const flag = (on: boolean | undefined): number => (on ? 1 : 0);
  const [c] = kernels.run(large ? LARGE_PRODUCT : SMALL_PRODUCT, {
    inputs: [a.tensor, b.tensor, bias ?? b.tensor],
    outputs: [[rows, columns]],
    numbers: [
      ...[rows, columns, depth],
      ...[a.transposed, b.transposed, bias !== undefined].map(flag),
    ],
    groups: tilesOf(large ? LARGE : SMALL),
  });
  return c as tf.Tensor2D;
}
