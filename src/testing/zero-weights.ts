/** Stored weights that are all zero but for those that a test sets: networks that give constants. */
import type { SavedWeights } from '../detectors/detector.ts';
import type { ParameterSpec } from '../nn/parameters.ts';

/**
 * Running variances are 1, so that a BatchNorm gives 0 for 0.
 *
 * @param values by parameter name; each must be one of the specs
 */
export function zeroWeights(
  specs: readonly ParameterSpec[],
  values: Readonly<Record<string, readonly number[]>>,
): SavedWeights['tensors'] {
  const unknown = Object.keys(values).filter((name) => !specs.some((spec) => spec.name === name));
  if (unknown.length > 0) throw new Error(`no parameter ${unknown.join(', ')}`);
  return specs.map(({ name, shape }) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const zeros = new Float32Array(size).fill(name.endsWith('running_var') ? 1 : 0);
    return { name, shape, data: values[name] ? Float32Array.from(values[name]) : zeros };
  });
}
