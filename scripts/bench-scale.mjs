/**
 * Latency scales judged on validation traces with injected anomalies, without any test trace:
 *   npm run bench:scale -- --train FILE --val FILE [--within 6,12,20] [--authors]
 *       [--preset small] [--epochs N] [--seed N] [--max-nodes N] [--json OUT]
 * Prints JSON, one result a scale, kind of anomaly and source of the std limit.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

const { values } = parseArgs({
  options: {
    train: { type: 'string' },
    val: { type: 'string' },
    within: { type: 'string', default: '6,12,20' },
    authors: { type: 'boolean', default: false },
    preset: { type: 'string', default: 'small' },
    epochs: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    'max-nodes': { type: 'string', default: '32' },
    json: { type: 'string' },
  },
});
if (!values.train || !values.val) throw new Error('name --train FILE and --val FILE');

// One bundle with the model's sources in it. The gradients of TensorFlow.js go in too: Node cannot
// load those files one by one, and they must find the one engine that stays outside.
const PACKAGES = ['core', 'backend-cpu', 'backend-wasm'].map((name) => `@tensorflow/tfjs-${name}`);
const outDir = 'node_modules/.cache/bench-scale';
await build({
  configFile: false,
  logLevel: 'error',
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'benchmarks/injected-validation.ts',
    outDir,
    rolldownOptions: { external: PACKAGES, output: { entryFileNames: 'bundle.mjs' } },
  },
});
const { judge, TRACEVAE_PRESETS, withEpochs } = await import(
  pathToFileURL(`${outDir}/bundle.mjs`).href
);
const config = {
  ...withEpochs(TRACEVAE_PRESETS[values.preset], Number(values.epochs)),
  maxNodes: Number(values['max-nodes']),
};

const scales = [
  ...(values.authors ? [{ scale: 'authors', scaleOf: (authors) => authors }] : []),
  ...values.within.split(',').map((within) => ({
    scale: `robust, linear within ${within} stds`,
    scaleOf: (_, robust) => ({ ...robust, linearWithin: Number(within) }),
  })),
];
const results = [];
for (const { scale, scaleOf } of scales) {
  const answers = await judge({
    trainFile: values.train,
    valFile: values.val,
    config,
    seed: Number(values.seed),
    scaleOf,
    onEpoch: (epoch, valLoss) =>
      process.stderr.write(`${scale}: epoch ${epoch}, validation ${valLoss?.toFixed(2)}\n`),
  });
  results.push(...answers.map((answer) => ({ scale, ...answer })));
}
const text = `${JSON.stringify({ results }, null, 2)}\n`;
process.stdout.write(text);
if (values.json) writeFileSync(values.json, text);
process.exit(0);
