/**
 * The WASM backend with threads, started from files as they are.
 *
 * TensorFlow.js starts its threads from the text of a function, which no bundler keeps whole. Here
 * the threads load the untouched script by its address; the rest is what the package's own start
 * does (backend_wasm.ts, `init`).
 */
import { BackendWasm, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import threadedWasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import type { BackendWasmModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import threadScriptUrl from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js?url';
import { wasmWorkerContents } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js';
import * as tf from '@tensorflow/tfjs-core';

/** Emscripten's own method, which the package's types leave out. */
interface EmscriptenModule {
  cwrap(name: string, result: 'number' | null, parameters: readonly 'number'[]): unknown;
}

/** The bridge that TensorFlow.js hangs on the Emscripten module. */
function bridge(module: EmscriptenModule): BackendWasmModule['tfjs'] {
  const wrap = (name: string, result: 'number' | null, ...parameters: 'number'[]) =>
    module.cwrap(name, result, parameters);
  return {
    init: wrap('init', null),
    initWithThreadsCount: wrap('init_with_threads_count', null, 'number'),
    getThreadsCount: wrap('get_threads_count', 'number'),
    registerTensor: wrap('register_tensor', null, 'number', 'number', 'number'),
    disposeData: wrap('dispose_data', null, 'number'),
    dispose: wrap('dispose', null),
  } as BackendWasmModule['tfjs'];
}

/** Takes the place of the package's own `wasm` backend. Needs cross-origin isolation. */
export async function registerThreadedWasm(threads: number): Promise<void> {
  const threadWorker = new Blob([wasmWorkerContents.replaceAll('\n', '\\n')], {
    type: 'application/javascript',
  });
  const module = (await createModule({
    mainScriptUrlOrBlob: new URL(threadScriptUrl, import.meta.url).href,
    locateFile: (path) =>
      path.endsWith('.worker.js') ? URL.createObjectURL(threadWorker) : threadedWasmUrl,
  })) as BackendWasmModule & EmscriptenModule;
  module.tfjs = bridge(module);
  setThreadsCount(threads);
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => new BackendWasm(module));
}
