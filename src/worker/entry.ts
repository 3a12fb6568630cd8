import type { WorkerRequest } from './protocol.ts';
import { createRunner } from './runner.ts';

const runner = createRunner((reply) => postMessage(reply));
addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => runner.handle(data));
