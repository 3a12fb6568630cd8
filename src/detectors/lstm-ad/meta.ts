/** LSTM-AD (section 6.4): id, label and settings. Plain data, safe on the page and in the worker. */
import { type BaselineMeta, LEARNING_RATE, samplesSetting } from '../shared/settings.ts';

export interface LstmAdConfig {
  /** Units of the two LSTMs. */
  readonly units: number;
  /** Numbers that stand for an operation. */
  readonly embedding: number;
  /** Size of z. */
  readonly latent: number;
  readonly learningRate: number;
  /** Samples of z in a node's score. */
  readonly samples: number;
}

const SMALL: LstmAdConfig = {
  units: 48,
  embedding: 16,
  latent: 10,
  learningRate: 1e-3,
  samples: 10,
};

export const LSTM_AD_META: BaselineMeta<'lstm-ad', LstmAdConfig> = {
  id: 'lstm-ad',
  label: 'LSTM-AD',
  says: 'a multimodal LSTM VAE over the sequence of operations and latencies; the score is that of the oddest node',
  presets: {
    notebook: { ...SMALL, units: 24 },
    tiny: { ...SMALL, units: 24 },
    small: SMALL,
    paper: { ...SMALL, units: 128, embedding: 40 },
  },
  settings: [
    {
      key: 'units',
      label: 'LSTM units',
      unit: '',
      help: 'width of the encoder and of the decoder',
      min: 2,
      max: 1000,
      step: 1,
    },
    {
      key: 'embedding',
      label: 'operation embedding',
      unit: '',
      help: 'numbers that stand for an operation',
      min: 2,
      max: 256,
      step: 1,
    },
    {
      key: 'latent',
      label: 'size of z',
      unit: '',
      help: 'numbers that stand for the whole sequence',
      min: 1,
      max: 64,
      step: 1,
    },
    LEARNING_RATE,
    samplesSetting('samples of z in the score of a node'),
  ],
  gives: { kind: 'score', unit: 'nats', decision: null, structure: true, terms: [] },
  stopsEarly: false,
};
