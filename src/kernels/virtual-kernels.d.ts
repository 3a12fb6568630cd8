/** Compiled from assembly/ by scripts/kernels-plugin.mjs. */
declare module 'virtual:kernels' {
  /** WebAssembly modules, base64: with or without relaxed SIMD, for plain or shared memory. */
  const modules: Readonly<Record<'plain' | 'relaxed' | 'plainShared' | 'relaxedShared', string>>;
  export default modules;
}
