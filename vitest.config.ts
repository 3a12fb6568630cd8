import { defineConfig } from 'vitest/config';
import { kernels } from './scripts/kernels-plugin.mjs';

export default defineConfig({
  plugins: [kernels()],
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
    environment: 'node',
    testTimeout: 30_000,
    // on two cores the default is one
    maxWorkers: 2,
  },
});
