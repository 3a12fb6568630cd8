/**
 * TensorFlow.js with its gradients: tfjs-core alone registers none. Whoever computes imports from
 * here; a backend is registered by whoever starts the computation.
 */
// Core first: under Node the gradients are a second copy of its modules, which must find the
// engine of the first one.
export * from '@tensorflow/tfjs-core';

import '@tensorflow/tfjs-core/dist/register_all_gradients';
