/** An example: id, label and settings of a detector whose score is the sum of two named terms. */
import type { BaselineMeta } from '../../detectors/shared/settings.ts';
import { FAR_NODES_META, type FarNodesConfig } from '../far-nodes/meta.ts';

export const FAR_TERMS_META: BaselineMeta<'far-terms', FarNodesConfig> = {
  ...FAR_NODES_META,
  id: 'far-terms',
  label: 'Far nodes by side',
  says: 'counts the nodes whose latency is far above, and those far below, the mean of their operation',
  gives: {
    kind: 'score',
    unit: 'nodes',
    decision: null,
    structure: false,
    terms: [
      { id: 'slow', label: 'far above the mean' },
      { id: 'fast', label: 'far below the mean' },
    ],
  },
};
