/**
 * A whole run in Node, without a browser: a dataset read, detectors trained and scored by the
 * sources that the worker runs, and run.json, scores.csv and the model as the page saves them. The caller has started the
 * backend.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { runThrough } from '../base/slices.ts';
import { type DetectorId, trainingOrder } from '../detectors/catalog.ts';
import { countSets } from '../features/set-counts.ts';
import type { HeadlessChoices, TypedRun } from '../headless/handle.ts';
import { readChoices } from '../headless/read-choices.ts';
import { keepModel } from '../model/kept-model.ts';
import { writeModel } from '../model/model-file.ts';
import { combinedScores } from '../run/chosen-scores.ts';
import { formulaCorrections, type NamedFormula, refusedFormulas } from '../run/named-formulas.ts';
import { writeNpz } from '../run/npz.ts';
import type { BackendInfo } from '../run/outcome.ts';
import { compareRuns, type PastRun, type Repeated, repeatedWords } from '../run/provenance.ts';
import {
  type DetectorFailure,
  type DetectorRun,
  RUN_FORMAT,
  type RunRecord,
  type SeedResult,
} from '../run/record.ts';
import { runArrays } from '../run/run-arrays.ts';
import { scoresCsv } from '../run/run-scores-csv.ts';
import { keptThreshold } from '../run/run-threshold.ts';
import { type RunSettings, splitOptions } from '../run/settings.ts';
import { keepsLastGood } from '../run/train-outcome.ts';
import { PAPER_RULE, THRESHOLD_PERCENTILE, type ThresholdRule } from '../scoring/threshold-rule.ts';
import { mainReport } from '../stores/baselines/matrix-view.ts';
import { type AppIdentity, runReport, withMember } from '../stores/run/run-report.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { settingsOf } from './run-settings.ts';
import { type RunSource, readSource } from './run-source.ts';
import { trainAndScore } from './train-and-score.ts';

export { startGpu, startWasm } from './backends.ts';

export interface RunQuestion {
  readonly source: RunSource;
  readonly choices: HeadlessChoices & { readonly run: TypedRun };
  /**
   * Settings that differ from the preset's, by their names in the code; those of another detector
   * than TraceVAE as `detector.key`.
   */
  readonly changes: Readonly<Record<string, unknown>>;
  /** A run whose settings and formulas take the place of those chosen: run.json tells how it compares. */
  readonly again?: PastRun | null;
  readonly backend: BackendInfo;
  readonly app: Omit<AppIdentity, 'userAgent'>;
}

/** What leaves a run as a file. */
export interface RanInNode {
  /** run.json */
  readonly report: string;
  /** How a run that was made again compares with the first; else null. */
  readonly repeated: Repeated | null;
  /** scores.csv of TraceVAE, or of the first detector where no model was trained. */
  scores(): string;
  /** arrays.npz of the same detector. */
  arrays(): Uint8Array;
  /** The file of the model, to score other traces with. */
  keep(name: string): Uint8Array;
}

export async function runInNode(
  question: RunQuestion,
  say: (line: string) => void,
): Promise<Result<RanInNode, Failure>> {
  const choices = readChoices(question.choices);
  if (!choices.ok) return choices;
  const { authorsRules, attributes, run: chosen } = choices.value;
  const read = await readSource(question.source, authorsRules, attributes);
  if (!read.ok) return read;
  const dataset = read.value;
  const { traces } = dataset.imported;
  const again = question.again ?? null;
  const formulas = again?.formulas ?? chosen!.formulas;
  const refused = refusedFormulas(formulas, traces);
  if (refused !== null) return err(refused);
  const settings =
    again === null
      ? settingsOf(choices.value.maxNodes, chosen!, question.changes, dataset)
      : ok({ ...again.settings, roles: dataset.roles });
  if (!settings.ok) return settings;

  const context = { traces, backend: question.backend, say };
  const own = { settings: settings.value, lastGood: keepsLastGood(settings.value) };
  const done = new Map<DetectorId, DetectorRun>();
  const failed: DetectorFailure[] = [];
  for (const detector of trainingOrder(settings.value.detectors)) {
    const trained = await trainAndScore({ ...context, ...own, detector });
    if (!trained.ok) {
      failed.push(trained.error);
      continue;
    }
    const named = withFormulas(traces, trained.value, formulas, settings.value);
    done.set(detector, withThreshold(named, chosen!.threshold));
  }
  const detectors = settings.value.detectors.flatMap((detector) => done.get(detector) ?? []);
  if (detectors.length === 0) return err(failed[0]!);

  const repeats: SeedResult[] = [];
  for (const seed of chosen!.furtherSeeds) {
    for (const { detector } of detectors) {
      const repeated = { settings: { ...settings.value, seed }, lastGood: false };
      const trained = await trainAndScore({ ...context, ...repeated, detector });
      if (trained.ok) repeats.push(seedResult(trained.value, seed));
      else failed.push(trained.error);
    }
  }

  const run: RunRecord = {
    formatVersion: RUN_FORMAT,
    id: 'run',
    datasetId: dataset.id,
    savedAt: 0,
    preset: again?.preset ?? chosen!.preset,
    settings: settings.value,
    detectors,
    pending: [],
    failed,
    repeats,
    peakHeapBytes: null,
  };
  const app = { ...question.app, userAgent: `Node ${process.versions.node}` };
  const report = runReport(dataset, run, app, countSets(traces, splitOptions(settings.value)));
  const repeated = again === null ? null : compareRuns(again, report);
  if (repeated !== null) say(repeatedWords(repeated));
  const told = detectors.find(({ scores }) => scores?.kind === 'terms') ?? detectors[0]!;
  return ok({
    report:
      repeated === null ? report : withMember(report, 'again', [JSON.stringify(repeated)]).join(''),
    repeated,
    scores: () => scoresCsv(traces, told.scores!, null, told.named),
    arrays: () => writeNpz(runArrays(traces, told, told.scores!)),
    keep(name) {
      const origin = { name, keptAt: Date.now(), app: question.app };
      return writeModel(runThrough(keepModel(dataset.imported, run, origin)));
    },
  });
}

/** With the scores of formulas, where the detector has terms. */
function withFormulas(
  traces: TraceSet,
  trained: DetectorRun,
  formulas: readonly NamedFormula[],
  { scoring }: RunSettings,
): DetectorRun {
  const { scores, detector } = trained;
  if (scores?.kind !== 'terms' || formulas.length === 0) return trained;
  const named = formulas.map(({ name, text }) => {
    const corrections = formulaCorrections(text, scoring.stdLimit);
    const choice = { corrections, file: null, rule: PAPER_RULE };
    const { val, test, report } = combinedScores(traces, scores, detector, choice);
    return {
      name,
      corrections,
      percentile: THRESHOLD_PERCENTILE,
      scores: { val, test },
      report,
    };
  });
  return { ...trained, named };
}

/** @param rule null for the default of the data */
function withThreshold(trained: DetectorRun, rule: ThresholdRule | null): DetectorRun {
  const threshold = keptThreshold(rule, trained);
  return threshold === undefined ? trained : { ...trained, threshold };
}

const seedResult = ({ detector, outcome, scores }: DetectorRun, seed: number): SeedResult => ({
  detector,
  seed,
  report: mainReport(scores!),
  trainSeconds: outcome.trainSeconds,
  scoreTracesPerSecond: scores!.scoreTracesPerSecond,
});
