/** The size of the model in words. */
import type { ModelSettings } from '../../../detectors/tracevae/meta.ts';
import { formatCount } from '../../widgets/format.ts';

export const modelWords = ({ units, heads, layers }: ModelSettings): string =>
  [
    `${formatCount(units, 'unit')} per head`,
    formatCount(heads, 'head'),
    formatCount(layers, 'layer'),
  ].join(', ');
