import { CommandError } from './headless/command-error.mjs';

const INSTALL = 'npm install --no-save webgpu';

/**
 * WebGPU in Node through Dawn: the npm package `webgpu`, which is large and no dependency.
 *
 * @param options of Dawn, such as `backend=null`: a device that takes commands and does nothing
 */
export async function makeWebGpuGlobal(options = []) {
  const dawn = await import('webgpu').catch(() => {
    throw new CommandError('the package webgpu is not here', 'a GPU in Node', INSTALL);
  });
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu: dawn.create(options) },
    configurable: true,
  });
}
