/** Files of the TensorFlow.js packages that come without types. */
declare module '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js' {
  /** The script of a thread, as text. */
  export const wasmWorkerContents: string;
}
