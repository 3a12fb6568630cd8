/**
 * Writes service-worker.js next to index.html once all else is written: src/service-worker in one
 * file, with the list of what it keeps. A file whose name has no hash is listed with its content's.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { build } from 'vite';

const NAME = 'service-worker.js';
const HASHED = /^assets\/.*-[\w-]{8}\.\w+$/;
/** Browsers of today take woff2 alone; the page of `npm run parity` is a tool of developers. */
const NEVER_ASKED_FOR = /\.(ttf|woff|map)$|^(assets\/)?parity[.-]/;

/** @returns what the service worker keeps of the folder of a build */
export function filesOf(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((file) => file.isFile())
    .map((file) => relative(folder, join(file.parentPath, file.name)))
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path !== NAME && !NEVER_ASKED_FOR.test(path))
    .sort()
    .map((url) => ({
      url,
      revision: HASHED.test(url)
        ? null
        : createHash('sha256')
            .update(readFileSync(join(folder, url)))
            .digest('hex')
            .slice(0, 16),
    }));
}

export function serviceWorker() {
  let folder;
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    async closeBundle(error) {
      if (error !== undefined) return;
      await build({
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        define: {
          __BUILD_FILES__: JSON.stringify(filesOf(folder)),
          'process.env.NODE_ENV': '"production"',
        },
        build: {
          target: 'es2022',
          outDir: folder,
          emptyOutDir: false,
          rolldownOptions: {
            input: 'src/service-worker/service-worker.ts',
            output: { format: 'iife', entryFileNames: NAME },
          },
        },
      });
    },
  };
}
