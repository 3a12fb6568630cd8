/**
 * HTTP headers of the page and of its worker.
 *
 * Page: nothing inline, no eval beyond WebAssembly, no other origin. The same policy stands in
 * index.html as a meta element, for static hosts that set no headers.
 * Worker: a worker has the policy of its own response. TensorFlow.js starts the workers of its WASM
 * threads from a blob, so blob: is allowed there and only there.
 * COOP and COEP make the page cross-origin isolated, which WASM threads need.
 */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
];

export const PAGE_POLICY = POLICY.join('; ');

export const WORKER_POLICY = PAGE_POLICY.replace("worker-src 'self'", "worker-src 'self' blob:");

export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
