/** The structure decoder by call paths, and a whole step of a model that has it. */
import { createRandom, normals } from '../../src/base/random.ts';
import { stepGradients } from '../../src/detectors/shared/training-step.ts';
import { distinctStructures, modelBatch } from '../../src/detectors/tracevae/inputs.ts';
import { collectKnownPaths, openKnownPaths } from '../../src/detectors/tracevae/known-paths.ts';
import type { TraceVaeConfig } from '../../src/detectors/tracevae/meta.ts';
import { pathLogProbs, pathTargets } from '../../src/detectors/tracevae/path-decoder.ts';
import { traceVaeSpecs } from '../../src/detectors/tracevae/trace-vae.ts';
import { batchLoss, createOptimiser } from '../../src/detectors/tracevae/train-step.ts';
import { ParameterStore } from '../../src/nn/parameters.ts';
import * as tf from '../../src/nn/tf.ts';
import { deviation } from '../../src/parity/measure.ts';
import { randomTensor } from '../../src/testing/gradients.ts';
import { SMALL_TRACEVAE } from '../../src/testing/small-tracevae.ts';
import { toyData } from '../../src/testing/toy-traces.ts';
import { bothWays, deviationOf } from '../../src/testing/twins.ts';
import { withTensors } from '../../src/testing/with-tensors.ts';

const data = toyData(36);
const operationCount = data.traces.operations.length;
/** Paths of one kind of trace are unknown. */
const learnt = data.train.filter((trace) => data.traces.structureOf[trace] !== 1);
const known = collectKnownPaths(data.traces, learnt);
const config: TraceVaeConfig = {
  ...SMALL_TRACEVAE,
  layers: 1,
  flowLevels: 1,
  structureDecoder: 'call-paths',
};
const selected = data.train.subarray(0, 12);
const batch = modelBatch(data, config, selected, 5);
const storeOf = () => ParameterStore.initialise(traceVaeSpecs(config, operationCount, known), 5);
const paths = openKnownPaths(known, operationCount);

/** p(A, Y | z), with the gradients of what stands for the paths and of what comes from z. */
const decoder = (): Promise<number> =>
  deviationOf(() => {
    const store = storeOf();
    const targets = pathTargets(paths, distinctStructures(batch));
    const [weight, bias] = ['weight', 'bias'].map((part) => `struct_vae.pG_path.${part}`);
    const logProbs = (hidden: tf.Tensor, rows: tf.Tensor, biases: tf.Tensor): tf.Tensor => {
      const parameters = withTensors(store, { [weight!]: rows, [bias!]: biases });
      const of = pathLogProbs(parameters, hidden as tf.Tensor2D, targets);
      return tf.stack([of.logPAdjacency, of.logPNodeType]);
    };
    const count = known.caller.length;
    const inputs = [[batch.size, 64], [count, 64], [count]].map((shape, i) =>
      tf.mul(0.2, randomTensor(i + 1, ...shape)),
    );
    return [(hidden, rows, biases) => logProbs(hidden!, rows!, biases!), inputs];
  });

/** The terms of a step's loss. */
async function step(): Promise<number> {
  const noise = {
    z: normals(createRandom(1), batch.size * config.latent),
    z2: normals(createRandom(2), batch.size * config.latent2),
  };
  const [ours, loops] = await bothWays(async () => {
    const model = { store: storeOf(), config, operationCount, paths };
    const optimiser = createOptimiser(model, 'joint');
    const terms = tf.tidy(() => {
      const prepare = batchLoss(model, 'joint', optimiser, batch, noise, 'train');
      return stepGradients(model.store, optimiser, prepare()).terms;
    });
    return [...(await terms.data())];
  });
  return deviation(ours, loops);
}

export const PATH_TWINS: Readonly<Record<string, () => Promise<number>>> = {
  'structures by call paths': decoder,
  'a step of a model by call paths': step,
};
