import type { WorkerRequest } from './protocol.ts';
import { createRunner } from './runner.ts';

const runner = createRunner((reply, transfer) => postMessage(reply, transfer));
addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => runner.handle(data));
