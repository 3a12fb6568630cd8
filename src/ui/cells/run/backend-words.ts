/** The backend in words. */
import type { BackendInfo } from '../../../run/outcome.ts';
import { useEnvironment } from '../../app/notebook-context.ts';

export function backendWords({ backend, adapter, threads }: BackendInfo): string {
  const name = { webgpu: 'WebGPU', wasm: 'WASM', cpu: 'CPU' }[backend];
  const detail = backend === 'wasm' ? (adapter.includes('without') ? '' : ' SIMD') : `, ${adapter}`;
  const count = backend === 'webgpu' ? '' : `, ${threads} thread${threads === 1 ? '' : 's'}`;
  return `${name}${detail}${count}`;
}

/** What `auto` would take, in words. */
export function useAutoBackend(): string {
  const backend = useEnvironment((e) => e.backend);
  return backend === null ? 'probing' : `${backendWords(backend)}: ${backend.reason}`;
}
