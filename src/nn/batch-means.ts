/** Means over a batch, of which a loss is made. */
import * as densityLoops from '../kernels/density-loops.ts';
import * as webgpuBatchMeans from '../kernels/webgpu-batch-means.ts';
import { join } from '../kernels/webgpu-join.ts';
import { viewFloats } from './host-memory.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/**
 * The mean of each term, and behind them the scalars. Not differentiated.
 *
 * @param terms   [B] each
 * @param scalars in units of their own
 * @returns       [terms + scalars]
 */
export const meansBeside = byBackend({
  cpu: (terms: readonly tf.Tensor1D[], scalars: readonly tf.Scalar[]) =>
    tf.stack([...terms.map((term) => tf.mean(term)), ...scalars]) as tf.Tensor1D,
  wasm: (_kernels, terms, scalars) =>
    tf.tensor1d([
      ...terms.map((term) => densityLoops.meanOf(viewFloats(term))),
      ...scalars.map((scalar) => viewFloats(scalar)[0]!),
    ]),
  webgpu: (kernels, terms, scalars) =>
    join(kernels, [webgpuBatchMeans.means(kernels, terms), ...scalars]),
});

/**
 * mean_b (sum of the positive terms - sum of the negative ones): the negative ELBO of equation (1)
 * from its log-densities.
 *
 * @param positive [B] each, nats
 * @param negative [B] each, nats
 * @returns        scalar, nats
 */
export const meanDifference = byBackend({
  cpu: (positive: readonly tf.Tensor1D[], negative: readonly tf.Tensor1D[]) => {
    const sum = (terms: readonly tf.Tensor1D[]): tf.Tensor1D => tf.addN([...terms]);
    return tf.mean<tf.Scalar>(tf.sub(sum(positive), sum(negative)));
  },
  wasm: (_kernels, positive, negative) =>
    withGradient<tf.Scalar>([...positive, ...negative], () => {
      const views = [positive, negative].map((terms) => terms.map(viewFloats));
      return {
        value: tf.scalar(densityLoops.meanDifference(views[0]!, views[1]!)),
        gradient: (dy) => {
          const size = positive[0]!.size;
          const share = viewFloats(dy)[0]! / size;
          const [up, down] = [share, -share].map((value) =>
            tf.tensor1d(new Float32Array(size).fill(value)),
          );
          return [...positive.map(() => tf.clone(up!)), ...negative.map(() => tf.clone(down!))];
        },
      };
    }),
  webgpu: (kernels, positive, negative) =>
    withGradient<tf.Scalar>([...positive, ...negative], () => ({
      value: webgpuBatchMeans.meanDifference(kernels, positive, negative),
      gradient: (dy) => {
        const size = positive[0]!.size;
        const [up, down] = webgpuBatchMeans.meanDifferenceBackward(kernels, dy, size);
        return [...positive.map(() => tf.clone(up)), ...negative.map(() => tf.clone(down))];
      },
    })),
});

/**
 * mean_b (mean_d z)² + mean_b (var_d z - 1)², over the K numbers of each sample z.
 *
 * Differs from the paper: only the authors' code has this penalty.
 *
 * @param z [B, K]
 * @returns scalar, unitless
 */
export const unitBall = byBackend({
  cpu: (z: tf.Tensor2D) => {
    const mean = tf.mean(z, 1, true);
    const variance = tf.mean(tf.square(tf.sub(z, mean)), 1);
    return tf.add<tf.Scalar>(tf.mean(tf.square(mean)), tf.mean(tf.square(tf.sub(variance, 1))));
  },
  wasm: (_kernels, z) => {
    const [, width] = z.shape;
    return withGradient<tf.Scalar>([z], (save) => {
      save([z]);
      return {
        value: tf.scalar(densityLoops.unitBall(viewFloats(z), width)),
        gradient: (dy, [saved]) => {
          const d = viewFloats(dy)[0]!;
          const back = densityLoops.unitBallBackward(viewFloats(saved!), width, d);
          return [tf.tensor2d(back, z.shape)];
        },
      };
    });
  },
  webgpu: (kernels, z) =>
    withGradient<tf.Scalar>([z], (save) => {
      save([z]);
      return {
        value: webgpuBatchMeans.unitBall(kernels, z),
        gradient: (dy, [saved]) => [
          webgpuBatchMeans.unitBallBackward(kernels, saved as tf.Tensor2D, dy),
        ],
      };
    }),
});
