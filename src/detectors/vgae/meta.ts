/** VGAE (section 6.4): id, label and settings. Plain data, safe on the page and in the worker. */
import { type BaselineMeta, LEARNING_RATE, samplesSetting } from '../shared/settings.ts';

/** The graph networks have the sizes that the run sets for TraceVAE's. */
export interface VgaeConfig {
  /** Size of each node's z. */
  readonly latent: number;
  readonly learningRate: number;
  /** Samples of Z in the score. */
  readonly samples: number;
}

const CONFIG: VgaeConfig = { latent: 5, learningRate: 1e-3, samples: 10 };

export const VGAE_META: BaselineMeta<'vgae', VgaeConfig> = {
  id: 'vgae',
  label: 'VGAE',
  says: 'a latent variable a node, behind the graph networks of TraceVAE; node scores are averaged, structure is not scored',
  presets: { notebook: CONFIG, tiny: CONFIG, small: CONFIG, paper: CONFIG },
  settings: [
    {
      key: 'latent',
      label: 'size of a node’s z',
      unit: '',
      help: 'numbers that stand for a node',
      min: 1,
      max: 64,
      step: 1,
    },
    LEARNING_RATE,
    samplesSetting('samples of Z in the score of a trace'),
  ],
  gives: { kind: 'score', unit: 'nats', decision: null, structure: false, terms: [] },
  stopsEarly: false,
};
