/** FSA (section 6.4): id, label and settings. Plain data, safe on the page and in the worker. */
import type { BaselineMeta } from '../shared/settings.ts';

export interface FsaConfig {
  /** k of k-sigma: stds that a latency may be from the mean of its transition. */
  readonly sigmas: number;
  /** Transitions that training took less often are none of the automaton. */
  readonly minCount: number;
}

const CONFIG: FsaConfig = { sigmas: 3, minCount: 1 };

export const FSA_META: BaselineMeta<'fsa', FsaConfig> = {
  id: 'fsa',
  label: 'FSA',
  says: 'an automaton over calls; a trace with an unknown transition or a latency beyond k stds is rejected',
  presets: { notebook: CONFIG, tiny: CONFIG, small: CONFIG, paper: CONFIG },
  settings: [
    {
      key: 'sigmas',
      label: 'k',
      unit: 'std',
      help: 'a latency further than this from the mean of its transition is rejected',
      min: 0.5,
      max: 20,
      step: 0.5,
    },
    {
      key: 'minCount',
      label: 'least count',
      unit: 'traces',
      help: 'a transition that fewer training traces take counts as unknown',
      min: 1,
      max: 1000,
      step: 1,
    },
  ],
  gives: { kind: 'score', unit: '', decision: 0.5, structure: true, terms: [] },
  stopsEarly: false,
};
