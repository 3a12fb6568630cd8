/**
 * Tables 1 to 3 of the paper (Xie et al., WWW '23), to be shown beside what was measured here. They
 * were measured on datasets A to E of an e-commerce company, which are not public.
 */
import type { DetectorId } from '../../detectors/catalog.ts';

export const PAPER_DATASETS = ['A', 'B', 'C', 'D', 'E'] as const;
export type PaperDataset = (typeof PAPER_DATASETS)[number];

/** Of total, structure and time; null where the paper has N/A. */
export type Published = readonly [total: number, structure: number | null, time: number];

/** Table 1: best F, one column a dataset. */
const BEST_F: Readonly<Partial<Record<DetectorId, readonly Published[]>>> = {
  fsa: [
    [0.664, 0.497, 0.497],
    [0.737, 0.583, 0.583],
    [0.813, 0.685, 0.685],
    [0.527, 0.358, 0.358],
    [0.199, 0.09, 0.134],
  ],
  'lstm-ad': [
    [0.745, 0.47, 0.872],
    [0.71, 0.42, 0.82],
    [0.565, 0.184, 0.881],
    [0.758, 0.558, 0.927],
    [0.442, 0.213, 0.513],
  ],
  'trace-anomaly': [
    [0.56, 0.091, 0.832],
    [0.57, 0.105, 0.812],
    [0.528, 0.182, 0.717],
    [0.53, 0.09, 0.775],
    [0.41, 0.048, 0.565],
  ],
  crisp: [
    [0.438, 0.164, 0.502],
    [0.416, 0.179, 0.52],
    [0.526, 0.092, 0.769],
    [0.334, 0.09, 0.382],
    [0.344, 0.041, 0.422],
  ],
  vgae: [
    [0.275, null, 0.454],
    [0.261, null, 0.408],
    [0.631, null, 0.682],
    [0.387, null, 0.625],
    [0.45, null, 0.529],
  ],
  tracevae: [
    [0.954, 0.935, 0.945],
    [0.944, 0.903, 0.94],
    [0.923, 0.911, 0.911],
    [0.98, 0.988, 0.965],
    [0.791, 0.813, 0.772],
  ],
  'tracevae-fc': [
    [0.936, 0.889, 0.938],
    [0.925, 0.877, 0.936],
    [0.915, 0.903, 0.907],
    [0.975, 0.983, 0.959],
    [0.729, 0.742, 0.677],
  ],
  'tracevae-singlez': [
    [0.854, 0.849, 0.829],
    [0.888, 0.921, 0.816],
    [0.919, 0.881, 0.894],
    [0.946, 0.943, 0.931],
    [0.632, 0.702, 0.507],
  ],
  'tracevae-dimex': [
    [0.789, 0.768, 0.777],
    [0.818, 0.705, 0.863],
    [0.841, 0.892, 0.762],
    [0.897, 0.901, 0.882],
    [0.579, 0.268, 0.692],
  ],
};

/** Table 2: ROC-AUC of all anomalies. */
const AUROC: Readonly<Partial<Record<DetectorId, readonly number[]>>> = {
  fsa: [0.497, 0.583, 0.685, 0.358, 0.104],
  'lstm-ad': [0.262, 0.247, 0.106, 0.303, 0.079],
  'trace-anomaly': [0.492, 0.513, 0.534, 0.476, 0.395],
  crisp: [0.355, 0.383, 0.494, 0.207, 0.195],
  vgae: [0.263, 0.262, 0.678, 0.351, 0.432],
  tracevae: [0.984, 0.981, 0.954, 0.994, 0.83],
};

/** Table 3: F at the percentile of the validation scores, of TraceVAE alone. */
const AT_THRESHOLD: readonly Published[] = [
  [0.954, 0.926, 0.942],
  [0.943, 0.898, 0.93],
  [0.91, 0.896, 0.888],
  [0.968, 0.949, 0.94],
  [0.763, 0.782, 0.723],
];

export interface PublishedRow {
  readonly detector: DetectorId;
  readonly bestF: Published;
  readonly auroc: number | null;
  readonly atThreshold: Published | null;
}

/** What the paper has of these detectors on one of its datasets; no row of those that it has not. */
export function publishedRows(
  dataset: PaperDataset,
  detectors: readonly DetectorId[],
): PublishedRow[] {
  const column = PAPER_DATASETS.indexOf(dataset);
  return detectors.flatMap((detector) => {
    const bestF = BEST_F[detector]?.[column];
    if (bestF === undefined) return [];
    const auroc = AUROC[detector]?.[column] ?? null;
    const atThreshold = detector === 'tracevae' ? AT_THRESHOLD[column]! : null;
    return [{ detector, bestF, auroc, atThreshold }];
  });
}
