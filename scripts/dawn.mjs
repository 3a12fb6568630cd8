/** WebGPU in Node through Dawn: the npm package `webgpu`, which is large and no dependency. */
export async function makeWebGpuGlobal() {
  const dawn = await import('webgpu').catch(() => {
    throw new Error('the package webgpu is not here: npm install --no-save webgpu');
  });
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu: dawn.create([]) },
    configurable: true,
  });
}
