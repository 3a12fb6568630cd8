// @ts-check
/** The commands of the headless run, and what the options of each mean. */
import { importDataset, trainAndScore } from './jobs.mjs';

/**
 * @typedef {import('./arguments.mjs').Command & { readonly job: import('./run.mjs').Job }} HeadlessCommand
 */

/** @satisfies {Readonly<Record<string, import('./arguments.mjs').Option>>} */
const SHARED = {
  'max-nodes': {
    type: 'string',
    value: 'N',
    says: 'N_max: larger merged trees are left out; without it, it follows the data',
  },
  rules: {
    type: 'string',
    default: 'authors',
    value: 'authors|none',
    says: 'rules of the import: those of the authors’ loader, or every span is kept',
  },
  attributes: {
    type: 'string',
    value: 'a,b|none',
    says: 'attributes of spans that are kept; without it, http.route, http.status_code, db.system, host, version',
  },
  timeout: { type: 'string', value: 'SECONDS', says: 'ends the run with an error after so long' },
};

/** @type {Readonly<Record<string, HeadlessCommand>>} */
export const COMMANDS = {
  train: {
    job: trainAndScore,
    says: 'Trains detectors, scores the test traces, and writes run.json.',
    options: {
      train: { type: 'string', multiple: true, value: 'FILE…', says: 'training traces; needed' },
      val: {
        type: 'string',
        multiple: true,
        value: 'FILE…',
        says: 'validation traces; without them, a part of the training traces',
      },
      test: {
        type: 'string',
        multiple: true,
        value: 'FILE…',
        says: 'test traces, and labels CSVs for them; without them, a part of the training traces',
      },
      preset: {
        type: 'string',
        default: 'small',
        value: 'notebook|tiny|small|paper',
        says: 'size and settings of the model; the page begins with notebook',
      },
      epochs: { type: 'string', value: 'N', says: 'epochs of each detector; without it, 60' },
      seed: { type: 'string', value: 'N', says: 'the same seed, the same run; without it, 1' },
      seeds: {
        type: 'string',
        value: '1,2,3',
        says: 'several: the first is the run’s, the others are `repeats` of run.json',
      },
      backend: {
        type: 'string',
        default: 'auto',
        value: 'auto|webgpu|wasm',
        says: 'what computes',
      },
      detectors: {
        type: 'string',
        default: 'history,tracevae',
        value: 'all|history,tracevae,fsa,…',
        says: 'what is trained, one after another',
      },
      'limit-train': {
        type: 'string',
        value: 'N',
        says: 'at most so many training traces, drawn by the seed',
      },
      threshold: {
        type: 'string',
        value: 'RULE',
        says: 'what is flagged: p99, robust, top:50, share:0.02, budget:1/1000, perday:20, value:12.3; without it p99, or robust without labels',
      },
      score: {
        type: 'string',
        multiple: true,
        value: 'FORMULA…',
        says: "scores by formulas of TraceVAE’s terms, kept with the run: 'full + 2*kl.z2', or NAME = FORMULA",
      },
      ...SHARED,
      scores: {
        type: 'string',
        value: 'FILE.csv',
        says: 'writes every score of TraceVAE; of the first detector where no model is trained',
      },
      out: { type: 'string', value: 'FILE.json', says: 'where run.json goes; needed' },
    },
  },
  import: {
    job: importDataset,
    says: 'Imports files and writes import.json: what they hold and what was set aside.',
    options: {
      data: { type: 'string', multiple: true, value: 'FILE…', says: 'traces; needed' },
      forest: { type: 'boolean', default: false, says: 'adds every merged tree' },
      ...SHARED,
      out: { type: 'string', value: 'FILE.json', says: 'where import.json goes; needed' },
    },
  },
};
