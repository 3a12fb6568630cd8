/**
 * Loops over tensors in the memory of TensorFlow.js's WASM backend, as AssemblyScript. Arguments
 * are byte addresses, sizes and numbers; tensors are float32, row-major, indices int32. Every
 * kernel takes the part of the work that is its thread's; which part writes what does not depend
 * on how many there are but for sums that say so.
 */
export { aggregate } from './aggregate';
export {
  attend,
  attendBackward,
  attentionLogits,
  attentionVectorsBackward,
} from './attention';
export { batchNorm, batchNormBackward, sumRows } from './batch-norm';
export { inferGat } from './gat-inference';
export { gatBackward, gatForward } from './gat-training';
export { gram, gramBackward } from './gram';
export { multiply } from './multiply';
export { rmsProp, squaredNorms } from './rms-prop';
