/** GTrace (ESEC/FSE 2023): id, label and settings. Plain data, safe on the page and in the worker. */
import { type BaselineMeta, samplesSetting } from '../shared/settings.ts';

export interface GTraceConfig {
  /** Size of the embeddings of operation, service and status. */
  readonly embedding: number;
  /** Size of the z of a trace's structure. */
  readonly latent: number;
  /** Units of the decoder of structure, and of what it says of each position. */
  readonly decoder: number;
  /** Size of a node's z, and units of the decoder of latency. */
  readonly latency: number;
  readonly learningRate: number;
  /** 0: those of the run. */
  readonly epochs: number;
  /** Samples of both z in the score. */
  readonly samples: number;
  /** An operation's latencies are divided by at least this, milliseconds. */
  readonly stdFloorMs: number;
  /** The least log variance of a latency, in those units. */
  readonly logVarianceFloor: number;
}

/** The defaults of the public code, but for the epochs. */
const CONFIG: GTraceConfig = {
  embedding: 4,
  latent: 4,
  decoder: 4,
  latency: 4,
  learningRate: 1e-3,
  epochs: 0,
  samples: 5,
  stdFloorMs: 10,
  logVarianceFloor: -7,
};

export const GTRACE_META: BaselineMeta<'gtrace', GTraceConfig> = {
  id: 'gtrace',
  label: 'GTrace',
  says: 'Tree-LSTMs that predict latencies from the calls below, and the operations of a trace from one z; the oddest node and the oddest position count',
  presets: { notebook: CONFIG, tiny: CONFIG, small: CONFIG, paper: { ...CONFIG, epochs: 80 } },
  settings: [
    {
      key: 'embedding',
      label: 'size of embeddings',
      unit: '',
      help: 'of operations, services and statuses; 4 in the public code, 32 in its large preset',
      min: 1,
      max: 128,
      step: 1,
    },
    {
      key: 'latent',
      label: 'size of z',
      unit: '',
      help: 'numbers that stand for the structure of a trace; 4 in the public code, 64 in its large preset',
      min: 1,
      max: 256,
      step: 1,
    },
    {
      key: 'decoder',
      label: 'units of the structure decoder',
      unit: '',
      help: 'of its hidden layers, and numbers that stand for a position; 4 in the public code, 32 in its large preset',
      min: 1,
      max: 256,
      step: 1,
    },
    {
      key: 'latency',
      label: 'size of a node’s z',
      unit: '',
      help: 'and units of the network that predicts latencies; 4 in the public code, 16 in its large preset',
      min: 1,
      max: 128,
      step: 1,
    },
    {
      key: 'learningRate',
      label: 'learning rate',
      unit: '',
      help: 'of AdamW, the same in all epochs',
      min: 1e-6,
      max: 0.1,
      step: 1e-4,
    },
    {
      key: 'epochs',
      label: 'epochs of its own',
      unit: 'epochs',
      help: '80 in the public code; 0: those of the run',
      min: 0,
      max: 10000,
      step: 1,
    },
    samplesSetting('samples of both z in the score of a trace'),
    {
      key: 'stdFloorMs',
      label: 'least standard deviation',
      unit: 'ms',
      help: 'what an operation’s latencies are divided by at least; 10 in the public code',
      min: 0.001,
      max: 10000,
      step: 0.001,
    },
    {
      key: 'logVarianceFloor',
      label: 'least log variance',
      unit: 'nats',
      help: 'of a predicted latency in those units; without one, operations of constant latency decide the loss',
      min: -20,
      max: 0,
      step: 0.5,
    },
  ],
  gives: {
    kind: 'score',
    unit: '',
    decision: null,
    structure: true,
    terms: [
      { id: 'structure', label: 'oddest position' },
      { id: 'latency', label: 'oddest latency' },
    ],
  },
  stopsEarly: false,
};
