/**
 * The app's own sources in Node: bundles one of them with what it imports, and gives what it
 * exports.
 *
 * The gradients of TensorFlow.js go into the bundle: Node cannot load those files one by one, and
 * they must find the one engine that stays outside.
 */
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { kernels } from './kernels-plugin.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = ['core', 'backend-cpu', 'backend-wasm', 'backend-webgpu'].map(
  (name) => `@tensorflow/tfjs-${name}`,
);
const OUT_DIR = join(ROOT, 'node_modules/.cache/for-node');

/** @param path of a source below the root, such as `benchmarks/gpu.ts` */
export const loadSource = async (path) => import(await bundleSource(path));

/** @returns where the bundle is, to be imported, in another process too */
export const bundleSource = (path) => bundleInto(path, OUT_DIR);

/** @param folder that the bundle goes to */
export async function bundleInto(path, folder) {
  const entryFileNames = `${basename(path, '.ts')}.mjs`;
  await build({
    root: ROOT,
    configFile: false,
    plugins: [kernels()],
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: join(ROOT, path),
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { external: PACKAGES, output: { entryFileNames } },
    },
  });
  return pathToFileURL(join(folder, entryFileNames)).href;
}
