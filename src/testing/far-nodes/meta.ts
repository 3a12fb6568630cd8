/** An example: id, label and settings of a detector that gives one score per trace. */
import type { BaselineMeta } from '../../detectors/shared/settings.ts';

export interface FarNodesConfig {
  /** Stds from which on a latency is far from the mean of its operation. */
  readonly stds: number;
}

const CONFIG: FarNodesConfig = { stds: 3 };

export const FAR_NODES_META: BaselineMeta<'far-nodes', FarNodesConfig> = {
  id: 'far-nodes',
  label: 'Far nodes',
  says: 'counts the nodes whose latency is far from the mean of their operation',
  presets: { notebook: CONFIG, tiny: CONFIG, small: CONFIG, paper: CONFIG },
  settings: [
    {
      key: 'stds',
      label: 'far from',
      unit: 'std',
      help: 'a latency further than this from the mean of its operation is far',
      min: 0.5,
      max: 20,
      step: 0.5,
    },
  ],
  gives: { kind: 'score', unit: 'nodes', decision: null, structure: false, terms: [] },
  stopsEarly: false,
};
