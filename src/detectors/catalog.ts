/** Every detector by id and label: plain data, safe on the page. */
import { TRACEVAE_META } from './tracevae/meta.ts';
import { ABLATIONS } from './tracevae/meta-ablations.ts';

export const DETECTOR_CATALOG = [TRACEVAE_META, ...ABLATIONS] as const;
export type DetectorId = (typeof DETECTOR_CATALOG)[number]['id'];

export const DETECTOR_IDS: readonly DetectorId[] = DETECTOR_CATALOG.map(({ id }) => id);

/** The name on the page, as table 1 and section 6.6 write it. */
export const detectorLabel = (id: DetectorId): string =>
  DETECTOR_CATALOG.find((entry) => entry.id === id)!.label;
