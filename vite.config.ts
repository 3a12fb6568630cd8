import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { kernels } from './scripts/kernels-plugin.mjs';
import { serviceWorker } from './scripts/service-worker-plugin.mjs';
import {
  COMMON_HEADERS,
  IMMUTABLE,
  isHashed,
  META_POLICY,
  PAGE_POLICY,
  REVALIDATED,
  WORKER_POLICY,
} from './security-headers.ts';
import { writtenBy } from './src/ingest/format-words.ts';
import { FORMATS } from './src/ingest/formats/list.ts';

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  version: string;
};

/** Sets the headers that a deployment should set; see security-headers.ts. */
function securityHeaders(): Plugin {
  return {
    name: 'security-headers',
    transformIndexHtml: {
      order: 'post',
      // The development server injects inline scripts of its own.
      handler: (html, { server }) =>
        server
          ? html
          : html.replace(
              '<head>',
              `<head>\n    <meta http-equiv="Content-Security-Policy" content="${META_POLICY}" />`,
            ),
    },
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        for (const [key, value] of Object.entries(COMMON_HEADERS)) response.setHeader(key, value);
        const isWorker = /^\/assets\/entry-[^/]*\.js/.test(request.url ?? '');
        response.setHeader('Content-Security-Policy', isWorker ? WORKER_POLICY : PAGE_POLICY);
        const lasts = isHashed(request.url ?? '') ? IMMUTABLE : REVALIDATED;
        response.setHeader('Cache-Control', lasts);
        next();
      });
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [react(), kernels(), securityHeaders(), serviceWorker()],
  define: {
    __APP_NAME__: JSON.stringify(name),
    __APP_VERSION__: JSON.stringify(version),
    // The page names the formats that the worker reads, without their readers.
    __FORMATS__: JSON.stringify(writtenBy(FORMATS)),
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4096,
    // The notebook, and the page of `npm run parity`.
    rolldownOptions: { input: ['index.html', 'parity.html'] },
  },
  worker: { format: 'es', plugins: () => [kernels()] },
  server: { host: '127.0.0.1', headers: COMMON_HEADERS },
  preview: { host: '127.0.0.1', port: 4173, strictPort: false },
});
