/** The RealNVP prior p(z): every step of both directions, and its data-dependent start. */
import { PRIOR } from '../detectors/tracevae/struct-vae.ts';
import { flowForward, flowInverse, initialiseActNorms } from '../nn/real-nvp.ts';
import * as tf from '../nn/tf.ts';
import { type Comparison, loadGolden, readNamed, tensor2d } from './golden-model.ts';
import { type ComparedPart, compare, rowParts, TOLERANCE } from './measure.ts';

const samples = (rows: readonly unknown[]): string[] => rows.map((_, i) => `sample ${i}`);

/** From z to noise, layer by layer. */
export const compareFlowSteps: Comparison = async ({ store, config, golden, names }, report) => {
  const one = golden.traces.map((trace) => trace.n_z_1);
  const values = await readNamed(() => {
    const found: Record<string, tf.Tensor> = {};
    let layer = 0;
    flowForward(store, PRIOR, config.flowLevels, tensor2d(one.map(({ z }) => z)), (pass) => {
      found[`output ${layer}`] = pass.output;
      found[`log det ${layer}`] = pass.logDet;
      layer++;
    });
    return found;
  });
  const steps = one[0]?.pz_flow_steps ?? [];
  steps.forEach(({ type }, layer) => {
    const output = one.map(({ pz_flow_steps }) => pz_flow_steps[layer]!.output);
    const logDet = one.map(({ pz_flow_steps }) => pz_flow_steps[layer]!.log_det_cumulative);
    const name = `flow step ${layer}, ${type}`;
    const of = (part: string): Float32Array => values[`${part} ${layer}`] ?? new Float32Array(0);
    compare(report, `${name}: output`, TOLERANCE.value, rowParts(names, of('output'), output));
    compare(report, `${name}: log det`, TOLERANCE.value, rowParts(names, of('log det'), logDet));
  });
};

/** From noise to z: how the prior is sampled. */
export const compareFlowInverse: Comparison = async ({ store, config, golden }, report) => {
  const { x, z, log_det_dz_dx } = golden.pz_flow_sampling;
  const { output, logDet } = await readNamed(() => {
    const pass = flowInverse(store, PRIOR, config.flowLevels, tensor2d(x));
    return { output: pass.output, logDet: pass.logDet };
  });
  compare(report, 'flow inverse: output', TOLERANCE.value, rowParts(samples(x), output, z));
  compare(
    report,
    'flow inverse: log det',
    TOLERANCE.value,
    rowParts(samples(x), logDet, log_det_dz_dx),
  );
};

/** What the first batch sets each ActNorm to, and the flow with it. */
export const compareActNormStart: Comparison = async ({ golden }, report) => {
  const { z_batch, x, log_det, layers } = golden.actnorm_init;
  const { store, config } = loadGolden(golden);
  const values = await readNamed((): Record<string, tf.Tensor> => {
    const z = tensor2d(z_batch);
    initialiseActNorms(store, PRIOR, config.flowLevels, z);
    const pass = flowForward(store, PRIOR, config.flowLevels, z);
    const parameters = Object.keys(layers).flatMap((layer) =>
      ['bias', 'pre_scale'].map((part) => [
        `${layer}.${part}`,
        tf.clone(store.get(`${layer}.${part}`)),
      ]),
    );
    return { x: pass.output, logDet: pass.logDet, ...Object.fromEntries(parameters) };
  });
  store.dispose();
  const of = (part: 'bias' | 'pre_scale'): ComparedPart[] =>
    Object.entries(layers).map(([layer, expected]) => ({
      at: `${layer}.${part}`,
      actual: values[`${layer}.${part}`]!,
      expected: expected[part],
    }));
  compare(report, 'ActNorm start: bias', TOLERANCE.value, of('bias'));
  compare(report, 'ActNorm start: pre_scale', TOLERANCE.value, of('pre_scale'));
  compare(report, 'ActNorm start: x', TOLERANCE.value, rowParts(samples(x), values.x!, x));
  compare(
    report,
    'ActNorm start: log det',
    TOLERANCE.value,
    rowParts(samples(x), values.logDet!, log_det),
  );
};
