/** A host of the built page that a test starts and ends: with the headers it is told to send. */
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

export interface HostOptions {
  /** Where the page is, such as `/notebook/`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** 0 for any that is free. */
  readonly port?: number;
  /** Put at the end of the service worker: makes it one of another build. */
  readonly addition?: string;
}

export interface Host {
  readonly origin: string;
  readonly port: number;
  end(): Promise<void>;
}

export function startHost({ path = '/', headers, port = 0, addition }: HostOptions): Promise<Host> {
  const root = join(process.cwd(), 'dist');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const asked = pathname === path ? 'index.html' : pathname.slice(path.length);
    const file = join(root, normalize(asked));
    if (!pathname.startsWith(path) || !file.startsWith(root) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type, ...headers });
    const changed = addition !== undefined && asked === 'service-worker.js';
    createReadStream(file)
      .on('end', () => response.end(changed ? addition : undefined))
      .pipe(response, { end: false });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      resolve({
        origin: `http://127.0.0.1:${taken}`,
        port: taken,
        end: () =>
          new Promise((ended) => {
            server.close(() => ended());
            server.closeAllConnections();
          }),
      });
    });
  });
}
