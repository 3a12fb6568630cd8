/** Kept runs side by side: their settings, their metrics against a baseline, their curves. */
import { chosenAmong, type DetectorId } from '../../detectors/catalog.ts';
import type { CurvePoint } from '../../detectors/fit-progress.ts';
import type { RunEntry, RunEntryDetector } from '../../run/run-entries.ts';
import { allSettingValues, valueWords } from '../../run/setting-values.ts';
import type { Variant } from '../../scoring/corrections/list.ts';
import { plannedEpochs } from './training-phase.ts';

export interface SettingRow {
  readonly name: string;
  /** One a run. */
  readonly values: readonly string[];
  /** Whether they are not all alike. */
  readonly differs: boolean;
}

/** Every setting by the name that the page shows, with its value in each run. */
export function settingRows(entries: readonly RunEntry[]): SettingRow[] {
  const columns = entries.map(
    ({ preset, settings }) =>
      new Map<string, unknown>([['preset', preset], ...Object.entries(allSettingValues(settings))]),
  );
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  return names.map((name) => {
    const values = columns.map((column) => valueWords(column.get(name)));
    return { name, values, differs: values.some((value) => value !== values[0]) };
  });
}

export const RUN_METRICS = ['bestF', 'structureF', 'timeF', 'auroc', 'ap', 'atF', 'below'] as const;
export type RunMetric = (typeof RUN_METRICS)[number];

export interface MetricCell {
  readonly value: number | null;
  /** Value minus that of the baseline run; null for the baseline itself or where either lacks. */
  readonly delta: number | null;
}

export interface MetricRow {
  readonly entry: RunEntry;
  readonly cells: Readonly<Record<RunMetric, MetricCell>>;
}

/** The detector of a run, or the one that comes first where the run lacks it. */
export const entryDetector = (entry: RunEntry, detector: DetectorId): RunEntryDetector | null =>
  chosenAmong(entry.detectors, detector);

/** The same, but for one that counts: then the first that has epochs, where any has. */
const withEpochs = (entry: RunEntry, detector: DetectorId): RunEntryDetector | null => {
  const shown = entryDetector(entry, detector);
  return [shown, ...entry.detectors].find((one) => (one?.curve.length ?? 0) > 0) ?? shown;
};

/** "60 epochs", or how many of them where training ended before: "14 of 60 epochs, stopped". */
export function epochWords(entry: RunEntry, detector: DetectorId): string {
  const trained = withEpochs(entry, detector);
  const planned = plannedEpochs(entry.settings);
  const words = `${planned} epoch${planned === 1 ? '' : 's'}`;
  if (trained === null) return words;
  const { curve, stopped } = trained;
  // The automaton counts what it sees: it has no epochs.
  if (curve.length === 0 && !stopped) return 'no epochs';
  const part = curve.length < planned ? `${curve.length} of ${words}` : words;
  return stopped ? `${part}, stopped` : part;
}

/** Not of a detector that gives one score a trace. */
export const hasVariants = (entry: RunEntry, detector: DetectorId): boolean =>
  entryDetector(entry, detector)?.reports?.plain === undefined;

function metricsOf(
  entry: RunEntry,
  detector: DetectorId,
  variant: Variant,
): Record<RunMetric, number | null> {
  const reports = entryDetector(entry, detector)?.reports;
  const report = reports?.plain ?? reports?.[variant];
  return {
    bestF: report?.total.bestF ?? null,
    structureF: report?.structure.bestF ?? null,
    timeF: report?.time.bestF ?? null,
    auroc: report?.total.auroc ?? null,
    ap: report?.total.averagePrecision ?? null,
    atF: report?.atThreshold.total.f ?? null,
    below: report?.inversion.anomaliesBelowNormalMedian ?? null,
  };
}

export function metricRows(
  entries: readonly RunEntry[],
  { detector, variant, baseline }: MetricChoice,
): MetricRow[] {
  const against = entries.find(({ id }) => id === baseline);
  const base = against === undefined ? null : metricsOf(against, detector, variant);
  return entries.map((entry) => {
    const own = metricsOf(entry, detector, variant);
    const cells = RUN_METRICS.map((id): [RunMetric, MetricCell] => {
      const value = own[id];
      const from = entry === against ? null : (base?.[id] ?? null);
      return [id, { value, delta: value === null || from === null ? null : value - from }];
    });
    return { entry, cells: Object.fromEntries(cells) as Record<RunMetric, MetricCell> };
  });
}

export interface MetricChoice {
  readonly detector: DetectorId;
  readonly variant: Variant;
  /** Id of a run. */
  readonly baseline: string | null;
}

export const COMPARED_CURVES = ['loss', 'valLoss', 'kl', 'nllStructure', 'nllTime'] as const;
export type ComparedCurve = (typeof COMPARED_CURVES)[number];

/** One quantity over the epochs of a run. */
export function curvePoints(
  entry: RunEntry,
  detector: DetectorId,
  quantity: ComparedCurve,
): { readonly x: number; readonly y: number }[] {
  const curve: readonly CurvePoint[] = withEpochs(entry, detector)?.curve ?? [];
  return curve.flatMap((point) => {
    const y = point[quantity];
    return y === null ? [] : [{ x: point.epoch, y }];
  });
}
