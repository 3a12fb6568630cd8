/** What flows along the edges of trees, against products over all pairs of nodes. */
import { beforeAll, describe, expect, test } from 'vitest';
import { deviation } from '../parity/measure.ts';
import { startTestBackend, TEST_BACKENDS } from '../testing/backends.ts';
import { gradientsOf, randomTensor } from '../testing/gradients.ts';
import { graphAttention } from './graph-attention.ts';
import { aggregate } from './graph-convolution.ts';
import { nodeGraphOf } from './node-graph.ts';
import { layoutNodes, type NodeLayout } from './node-layout.ts';
import * as tf from './tf.ts';

const THREE_TREES = {
  size: 3,
  maxNodes: 4,
  nodeCount: Int32Array.of(3, 1, 4),
  parent: Int32Array.of(-1, 0, 0, -1, -1, -1, -1, -1, -1, 0, 1, 1),
};

/** [R, R] 1 where a message flows from the column's node to the row's */
function adjacencyOf({ rows, edgeStart, edgeSource }: NodeLayout): tf.Tensor2D {
  const values = new Float32Array(rows * rows);
  for (let row = 0; row < rows; row++) {
    for (let e = edgeStart[row]!; e < edgeStart[row + 1]!; e++) {
      values[row * rows + edgeSource[e]!] = 1;
    }
  }
  return tf.tensor2d(values, [rows, rows]);
}

describe.each(TEST_BACKENDS)('edges on the %s backend', (backend) => {
  beforeAll(() => startTestBackend(backend));

  test('attention over edges is a masked softmax over all pairs of nodes', () => {
    const layout = layoutNodes(THREE_TREES, { padding: 'one', packing: 'tight' });
    const graph = nodeGraphOf(layout);
    const [heads, units] = [2, 3];
    const inputs = [
      randomTensor(5, layout.rows, heads * units),
      randomTensor(6, 1, heads, units),
      randomTensor(7, 1, heads, units),
      randomTensor(9, heads * units),
    ];
    const ours = (...[f, l, r, b]: tf.Tensor[]): tf.Tensor =>
      graphAttention(
        ...[f as tf.Tensor2D, l as tf.Tensor3D, r as tf.Tensor3D, b as tf.Tensor1D, graph],
      );
    const absent = tf.mul(tf.sub(1, adjacencyOf(layout)), -1e9);
    const pairs = (...[f, l, r, b]: tf.Tensor[]): tf.Tensor => {
      const byHead = tf.reshape(f!, [layout.rows, heads, units]);
      const logitOf = (vector: tf.Tensor): tf.Tensor =>
        tf.transpose(tf.sum(tf.mul(byHead, vector), 2)); // [H, R]
      const logits = tf.add(tf.expandDims(logitOf(r!), 2), tf.expandDims(logitOf(l!), 1));
      const weights = tf.softmax(tf.add(tf.leakyRelu(logits, 0.2), absent)); // [H, R, R]
      const sums = tf.matMul(weights, tf.transpose(byHead, [1, 0, 2])); // [H, R, U]
      return tf.add(tf.reshape(tf.transpose(sums, [1, 0, 2]), f!.shape), b!);
    };
    const values = ours(...inputs).dataSync();
    expect(deviation(values, [...pairs(...inputs).dataSync()])).toBeLessThan(1e-5);
    const wanted = gradientsOf(pairs, inputs);
    gradientsOf(ours, inputs).forEach((gradient, i) => {
      expect(deviation(gradient, [...wanted[i]!])).toBeLessThan(1e-5);
    });
  });

  test('aggregation over edges is a product with D^-1/2 A D^-1/2', () => {
    const layout = layoutNodes(THREE_TREES, { padding: 'one', packing: 'tight' });
    const adjacency = adjacencyOf(layout);
    const scale = tf.rsqrt(tf.sum(adjacency, 1, true));
    const normalised = tf.mul(tf.mul(adjacency, scale), tf.transpose(scale));
    const x = randomTensor<tf.Tensor2D>(5, layout.rows, 6);
    const sums = tf.matMul(normalised as tf.Tensor2D, x).dataSync();
    expect(deviation(aggregate(x, nodeGraphOf(layout)).dataSync(), [...sums])).toBeLessThan(1e-5);
  });
});
