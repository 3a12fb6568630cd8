/** The size of the model in words. */
import type { TraceVaeConfig } from '../../detectors/tracevae/meta.ts';
import { formatCount } from '../widgets/format.ts';

export const modelWords = ({
  units,
  heads,
  layers,
}: Pick<TraceVaeConfig, 'units' | 'heads' | 'layers'>): string =>
  [
    `${formatCount(units, 'unit')} per head`,
    formatCount(heads, 'head'),
    formatCount(layers, 'layer'),
  ].join(', ');
