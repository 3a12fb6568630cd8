import { defineConfig } from 'vitest/config';
import { kernels } from './scripts/kernels-plugin.mjs';

/** Rooms whose tests start no backend of TensorFlow.js, which is one per module. */
const WITHOUT_TENSORS = [
  'base',
  'changes',
  'export',
  'features',
  'headless',
  'ingest',
  'inspect',
  'judge',
  'lab',
  'prepare',
  'run',
  'scoring',
  'simulator',
  'statistics',
  'storage',
  'stores',
  'trace',
  'ui',
].map((room) => `src/${room}/**/*.test.{ts,tsx}`);

export default defineConfig({
  plugins: [kernels()],
  test: {
    environment: 'node',
    testTimeout: 30_000,
    // on two cores the default is one
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'tensors',
          include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
          exclude: WITHOUT_TENSORS,
        },
      },
      // Files that start no backend share their modules: loading them anew takes longer than the tests.
      {
        extends: true,
        test: { name: 'without tensors', include: WITHOUT_TENSORS, isolate: false },
      },
    ],
  },
});
