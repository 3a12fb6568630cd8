/**
 * A benchmark that runs the app's own sources in Node: bundles it, and gives what it exports.
 *
 * The gradients of TensorFlow.js go into the bundle: Node cannot load those files one by one, and
 * they must find the one engine that stays outside.
 */
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { kernels } from './kernels-plugin.mjs';

const PACKAGES = ['core', 'backend-cpu', 'backend-wasm', 'backend-webgpu'].map(
  (name) => `@tensorflow/tfjs-${name}`,
);
const OUT_DIR = 'node_modules/.cache/benchmarks';

/** @param name of a file in benchmarks/, without its ending */
export async function loadBenchmark(name) {
  const entryFileNames = `${name}.mjs`;
  await build({
    configFile: false,
    plugins: [kernels()],
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: `benchmarks/${name}.ts`,
      outDir: OUT_DIR,
      emptyOutDir: false,
      rolldownOptions: { external: PACKAGES, output: { entryFileNames } },
    },
  });
  return import(pathToFileURL(`${OUT_DIR}/${entryFileNames}`).href);
}
