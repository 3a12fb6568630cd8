/** Every detector by id and label: plain data, safe on the page. */
import { TRACEVAE_META } from './tracevae/meta.ts';

export const DETECTOR_CATALOG = [TRACEVAE_META] as const;
export type DetectorId = (typeof DETECTOR_CATALOG)[number]['id'];
