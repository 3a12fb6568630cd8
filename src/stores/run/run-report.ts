/**
 * run.json and import.json, as docs/formats.md describes them: scripts outside the app rely on
 * them, so keys and units stay. Numbers are finite or null.
 */
import {
  type DetectorId,
  detectorLabel,
  detectorMeta,
  trainingOrder,
} from '../../detectors/catalog.ts';
import type { CurvePoint } from '../../detectors/fit-progress.ts';
import type { SetCounts } from '../../features/set-counts.ts';
import type { ImportedTraces } from '../../ingest/import.ts';
import { paperSentence } from '../../run/paper-differences.ts';
import { provenanceOf } from '../../run/provenance.ts';
import type { DetectorRun, RunRecord, SeedResult } from '../../run/record.ts';
import {
  type ChosenThreshold,
  chosenThreshold,
  contaminationWords,
} from '../../run/run-threshold.ts';
import { settingValues } from '../../run/setting-values.ts';
import { FORMULA, formulaText, variantsIn } from '../../scoring/corrections/list.ts';
import type { Metrics, VariantReport } from '../../scoring/metrics.ts';
import type { ScoredSets } from '../../scoring/score-terms.ts';
import { type EntryKind, kindOf, type Ledger } from '../../trace/ledger.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { Dataset } from '../dataset/dataset-store.ts';
import { fullLedger, summarise } from '../dataset/dataset-summary.ts';

export interface AppIdentity {
  readonly name: string;
  readonly version: string;
  readonly userAgent: string;
}

const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

/** JSON with every number finite or null, and a newline at the end. */
const toJson = (value: unknown): string =>
  `${JSON.stringify(value, (_, part) => (typeof part === 'number' ? finite(part) : part), 2)}\n`;

const ofKind = (ledger: Ledger, kind: EntryKind): Ledger =>
  ledger.filter(({ reason }) => kindOf(reason) === kind);

/** Spans read, and counts of the ledger by reason: `rejected` alone is missing from the trees. */
function spanCounts(imported: ImportedTraces, maxNodes: number) {
  const ledger = fullLedger(imported, maxNodes);
  const counts = (kind: EntryKind) =>
    Object.fromEntries(ofKind(ledger, kind).map(({ reason, count }) => [reason, count]));
  return {
    spans: imported.spansRead,
    rejected: counts('loss'),
    repaired: counts('repair'),
    noted: counts('note'),
  };
}

const curvePoint = (point: CurvePoint) => ({
  epoch: point.epoch,
  phase: point.phase,
  loss: point.loss,
  valLoss: point.valLoss,
  kl: point.kl,
  nllStructure: point.nllStructure,
  nllTime: point.nllTime,
  learningRate: point.learningRate,
  seconds: point.seconds,
});

const metrics = (m: Metrics) => ({
  bestF: m.bestF,
  precision: m.precision,
  recall: m.recall,
  threshold: m.threshold,
  auroc: m.auroc,
  averagePrecision: m.averagePrecision,
  normal: m.normal,
  anomalies: m.anomalies,
});

const result = (
  detector: DetectorId,
  variant: string,
  report: VariantReport,
  chosen: ChosenThreshold | null = null,
) => ({
  detector,
  variant,
  total: metrics(report.total),
  structure: metrics(report.structure),
  time: metrics(report.time),
  inversion: report.inversion,
  atThreshold: report.atThreshold,
  ...(chosen === null ? {} : { chosenThreshold: chosen }),
});

/** What a reader of the results should know about how they came to be. */
export function runWarnings(dataset: Dataset, run: RunRecord): string[] {
  const warnings: string[] = [];
  // the scale belongs to the dataset and is the same for every detector
  const names = (run.detectors[0]?.outcome.flooredOperations ?? []).map((id) => {
    const { service, name } = dataset.imported.traces.operations[id]!;
    return `${dataset.imported.traces.services[service]}/${name}`;
  });
  if (names.length > 0) {
    warnings.push(
      `${names.length} operations have almost constant latency; a minimum spread was used so that tiny changes do not score high: ${names.join(', ')}`,
    );
  }
  for (const trained of run.detectors) {
    const { detector, restarts, incidents, outcome } = trained;
    const says = (what: string): void => {
      warnings.push(run.detectors.length > 1 ? `${detectorLabel(detector)}: ${what}` : what);
    };
    if (restarts > 0) says(`training was started anew ${restarts} times after it diverged`);
    for (const incident of incidents) says(incident);
    if (outcome.stopped) says('training was stopped before its last epoch');
    const contamination = contaminationWords(trained);
    if (contamination !== null) says(contamination);
  }
  for (const { detector, seed, stage, what, where } of run.failed) {
    const did = stage === 'training' ? 'trained' : 'scored';
    const withSeed = seed === run.settings.seed ? '' : ` with seed ${seed}`;
    warnings.push(`${detectorLabel(detector)} was not ${did}${withSeed}: ${what}, ${where}`);
  }
  const { maxNodes } = run.settings.model;
  const { untrainable } = summarise(dataset.imported.traces, maxNodes);
  if (untrainable > 0) {
    warnings.push(
      `${untrainable} traces have more than ${maxNodes} merged nodes and were left out`,
    );
  }
  const scores = run.detectors[0]?.scores ?? null;
  const total = scores?.kind === 'terms' ? scores.reports.full.total : scores?.report.total;
  if (total !== undefined && total.normal + total.anomalies === 0) {
    warnings.push('the test traces carry no labels, so there are no metrics');
  }
  return warnings;
}

/** Seconds add up over detectors; speeds are their traces over those seconds. */
function timing(run: RunRecord) {
  const rate = (parts: readonly { seconds: number; perSecond: number }[]) => {
    const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
    const traces = parts.reduce((sum, part) => sum + part.seconds * part.perSecond, 0);
    return { seconds, perSecond: traces / seconds };
  };
  const train = rate(
    run.detectors.map(({ outcome }) => ({
      seconds: outcome.trainSeconds,
      perSecond: outcome.trainTracesPerSecond,
    })),
  );
  const scored = run.detectors.flatMap(({ scores }) => scores ?? []);
  const score = rate(
    scored.map(({ scoreSeconds, scoreTracesPerSecond }) => ({
      seconds: scoreSeconds,
      perSecond: scoreTracesPerSecond,
    })),
  );
  return {
    trainSeconds: train.seconds,
    trainTracesPerSecond: train.perSecond,
    scoreSeconds: scored.length === 0 ? null : score.seconds,
    scoreTracesPerSecond: scored.length === 0 ? null : score.perSecond,
  };
}

/** Where several detectors ran: each one's own time, size, sigma_p99 and curves. */
const detectorReport = ({ detector, outcome, scores, curve }: DetectorRun) => ({
  detector,
  parameters: outcome.parameterCount,
  trainSeconds: outcome.trainSeconds,
  scoreSeconds: scores?.scoreSeconds ?? null,
  stdLimit: scores?.kind === 'terms' ? scores.test.stdLimits.global : null,
  curves: curve.map(curvePoint),
});

/**
 * Of all test files, or of one: every variant of terms, or the one score that there is. Of all files
 * also the scores that are kept under names, with their constants.
 */
function results(traces: TraceSet, trained: DetectorRun, file: number | null) {
  const { detector, scores, named = [] } = trained;
  const chosen = (sets: ScoredSets) => chosenThreshold(traces, trained, sets, file);
  if (scores?.kind === 'terms') {
    const kept = file === null ? named : [];
    const part = file === null ? scores : scores.byFile.find((of) => of.file === file);
    return part === undefined
      ? []
      : [
          ...variantsIn(part.reports).map((v) =>
            result(detector, v, part.reports[v], chosen(scores.scores[v])),
          ),
          ...kept.map(({ name, corrections, report, scores: own }) => {
            const { [FORMULA]: _, ...constants } = corrections;
            const formula = formulaText(corrections);
            return {
              ...result(detector, name, report, chosen(own)),
              constants,
              ...(formula === null ? {} : { formula }),
            };
          }),
        ];
  }
  const part = file === null ? scores : scores?.byFile.find((of) => of.file === file);
  if (!part || scores === null) return [];
  const sets = { val: scores.val.score, test: scores.test.score };
  return [result(detector, 'plain', part.report, chosen(sets))];
}

/** Metrics of each test file by itself, where there are several. */
function resultsByFile(dataset: Dataset, { detectors }: RunRecord) {
  const scored = detectors.find(({ scores }) => scores !== null)?.scores;
  return (scored?.byFile ?? []).map(({ file }) => ({
    file: dataset.imported.files[file]!.name,
    results: detectors.flatMap((trained) => results(dataset.imported.traces, trained, file)),
  }));
}

/** Other seeds: the metrics of the score with all corrections, or of the one that there is. */
const repeat = ({ detector, seed, report, trainSeconds, scoreTracesPerSecond }: SeedResult) => ({
  seed,
  trainSeconds,
  scoreTracesPerSecond,
  ...result(detector, detectorMeta(detector).gives.kind === 'terms' ? 'full' : 'plain', report),
});

/** @param counts of {@link splitOptions} */
export function runReport(
  dataset: Dataset,
  run: RunRecord,
  app: AppIdentity,
  counts: SetCounts,
): string {
  const { settings, detectors } = run;
  const { imported } = dataset;
  const summary = summarise(imported.traces, settings.model.maxNodes);
  const { spans, ...ledger } = spanCounts(imported, settings.model.maxNodes);
  const source = dataset.preparation?.source;
  // The last word on the backend: a run may have gone on from a lost device to WASM.
  const last = trainingOrder(detectors.map(({ detector }) => detector)).at(-1);
  const { backend } = detectors.find(({ detector }) => detector === last)!.outcome;
  const byFile = resultsByFile(dataset, run);
  const provenance = provenanceOf(run, imported.traces);
  return toJson({
    formatVersion: 1,
    app: { name: app.name, version: app.version },
    environment: {
      backend: backend.backend,
      adapter: backend.adapter,
      threads: backend.threads,
      userAgent: app.userAgent,
    },
    dataset: {
      files: imported.files.map(({ name, bytes }) => ({ name, bytes })),
      spans,
      operations: summary.operations,
      services: summary.services,
      uniqueStructures: summary.structures,
      maxNodes: summary.largestTree,
      traces: counts.sets,
      ...ledger,
      ...(dataset.preparation ? { prepared: dataset.preparation.report.settings } : {}),
      ...(source ? { source: spanCounts(source.imported, settings.model.maxNodes) } : {}),
      labels: {
        normal: counts.testLabels.normal,
        structure: counts.testLabels.structure,
        time: counts.testLabels.time,
      },
    },
    config: {
      ...settingValues(settings),
      backend: settings.machine.backend,
      'differs from the paper': paperSentence(settings),
    },
    seed: settings.seed,
    timing: {
      importSeconds: imported.seconds,
      importSpansPerSecond: imported.spansRead / imported.seconds,
      ...timing(run),
      peakHeapBytes: run.peakHeapBytes,
    },
    // of the first that has any: a statistic before it has no epochs
    curves: (detectors.find(({ curve }) => curve.length > 0)?.curve ?? []).map(curvePoint),
    results: detectors.flatMap((trained) => results(imported.traces, trained, null)),
    ...(byFile.length > 0 ? { resultsByFile: byFile } : {}),
    ...(detectors.length + run.failed.length > 1
      ? { detectors: detectors.map(detectorReport) }
      : {}),
    ...(run.repeats.length > 0 ? { repeats: run.repeats.map(repeat) } : {}),
    ...(run.failed.length > 0 ? { failed: run.failed } : {}),
    warnings: runWarnings(dataset, run),
    ...(provenance === null ? {} : { provenance }),
  });
}

export function importReport(dataset: Dataset, maxNodes: number, heap: number | null): string {
  const { imported } = dataset;
  const summary = summarise(imported.traces, maxNodes);
  const ledger = fullLedger(imported, maxNodes);
  return toJson({
    formatVersion: 1,
    files: imported.files,
    spans: imported.spansRead,
    traces: summary.traces,
    trainable: summary.traces - summary.untrainable,
    uniqueStructures: summary.structures,
    operations: summary.operations,
    services: summary.services,
    maxNodes: summary.largestTree,
    seconds: imported.seconds,
    spansPerSecond: imported.spansRead / imported.seconds,
    peakHeapBytes: heap,
    ledger: ofKind(ledger, 'loss'),
    repairs: ofKind(ledger, 'repair'),
    notes: ofKind(ledger, 'note'),
    ...(imported.facts && { carried: imported.facts }),
  });
}

/** The end of a report's text, where its last member can be followed by another. */
const REPORT_END = '\n}\n';

/** A report with another member at its end. @param value its JSON, in parts */
export const withMember = <Part>(
  report: string,
  name: string,
  value: readonly Part[],
): (string | Part)[] => [
  `${report.slice(0, -REPORT_END.length)},\n  "${name}": `,
  ...value,
  REPORT_END,
];
