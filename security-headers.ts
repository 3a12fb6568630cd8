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

/** In a meta element: `frame-ancestors` counts in a header alone. */
export const META_POLICY = POLICY.join('; ');

/** No page frames this one. */
export const PAGE_POLICY = [...POLICY, "frame-ancestors 'none'"].join('; ');

export const WORKER_POLICY = PAGE_POLICY.replace("worker-src 'self'", "worker-src 'self' blob:");

/** Of files with a hash of their content in their names, and of all others. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';
export const REVALIDATED = 'no-cache';

/** Whether a path names such a file of the build. */
export const isHashed = (path: string): boolean => /^\/assets\/[^?]*-[\w-]{8}\.\w+/.test(path);

export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': [
    'camera',
    'display-capture',
    'geolocation',
    'microphone',
    'midi',
    'payment',
    'usb',
    'serial',
    'hid',
    'bluetooth',
    'idle-detection',
    'publickey-credentials-get',
  ]
    .map((feature) => `${feature}=()`)
    .join(', '),
};
