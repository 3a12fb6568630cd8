import { createRunner } from './runner.ts';

const runner = createRunner((reply) => postMessage(reply));
onmessage = ({ data }) => runner.handle(data);
