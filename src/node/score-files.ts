/**
 * Traces scored in Node by a kept model: files of the disk in any format of the page, a row per
 * trace, a ledger of what came of them. The caller has started the backend.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { DETECTOR_IDS, type DetectorId } from '../detectors/catalog.ts';
import { DETECTORS } from '../detectors/registry.ts';
import { importFiles } from '../ingest/import-files.ts';
import { addDrift, driftWords, NO_DRIFT } from '../model/drift.ts';
import type { KeptModel } from '../model/kept-model.ts';
import { readModel } from '../model/model-file.ts';
import { operationTexts, type RestoreModel } from '../model/opened-model.ts';
import { createKeptScorer, type KeptRows, type KeptScorer } from '../model/score-kept.ts';
import { resolveThreshold } from '../scoring/resolve-threshold.ts';
import { formatThreshold, parseThreshold, type ThresholdRule } from '../scoring/threshold-rule.ts';
import type { Ledger } from '../trace/ledger.ts';
import { decodeString } from '../trace/string-column.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';
import { tracesPerDay } from '../trace/traffic.ts';
import { fileOnDisk } from './file-on-disk.ts';

export interface ScoreQuestion {
  /** Path of the model. */
  readonly model: string;
  /** Paths of the traces. */
  readonly files: readonly string[];
  /** As it is typed; null: the one that was kept with the model. */
  readonly threshold: string | null;
  /** Of `score`; null: the model's own choice. */
  readonly detector: string | null;
}

/** A row of the table. */
export interface ScoredRow {
  readonly traceId: string;
  readonly score: number;
  readonly p: number;
  readonly flagged: 0 | 1;
  readonly reason: string;
  readonly service: string;
  readonly nodes: number;
  readonly structure: 'known' | 'new';
  /** null where the model has no detector with terms. */
  readonly nll: number | null;
  readonly bcscale: number | null;
  readonly ncnorm: number | null;
  readonly stdlimit: number | null;
  readonly full: number | null;
}

export const ROW_COLUMNS = [
  'traceId',
  'score',
  'p',
  'flagged',
  'reason',
  'service',
  'nodes',
  'structure',
  'nll',
  'bcscale',
  'ncnorm',
  'stdlimit',
  'full',
] as const satisfies readonly (keyof ScoredRow)[];

/** What came of the spans, the last line on standard error. */
export interface ScoreLedger {
  readonly model: string;
  readonly detector: DetectorId;
  readonly spans: number;
  readonly spansKept: number;
  readonly traces: number;
  readonly scored: number;
  /** Traces with more nodes than the model takes. */
  readonly tooLarge: number;
  readonly flagged: number;
  readonly rule: string;
  /** null where the rule cannot be had: no traces, no times. */
  readonly threshold: number | null;
  readonly unknownCalls: number;
  readonly newStructures: number;
  readonly drift: readonly string[];
  readonly ledger: readonly { readonly reason: string; readonly count: number }[];
  readonly seconds: number;
}

/** Traces that are scored at a time: so memory does not follow their terms. */
const AT_ONCE = 20_000;

export const restoreDetector: RestoreModel = (detector, settings, operationCount, weights) =>
  DETECTORS[detector].restore(settings, operationCount, weights);

/** @param take the rows as they come, in the order of the traces */
export async function scoreFiles(
  question: ScoreQuestion,
  take: (rows: readonly ScoredRow[]) => Promise<void>,
): Promise<Result<ScoreLedger, Failure>> {
  const started = performance.now();
  const opened = openModel(question.model);
  if (!opened.ok) return opened;
  const model = opened.value;
  const chosen = readChoices(question, model);
  if (!chosen.ok) return chosen;
  const { signal } = new AbortController();
  const imported = await importFiles(question.files.map(fileOnDisk), {
    signal,
    onProgress: () => {},
    firstOperations: operationTexts(model),
  });
  if (!imported.ok) return imported;
  const { traces, ledger, spansRead, spansKept } = imported.value;

  const scorer = createKeptScorer(model, restoreDetector, chosen.value.detector ?? undefined);
  try {
    const rule = chosen.value.rule ?? ruleOf(scorer);
    const table = createTable(traces, scorer, rule, take);
    const fitting = scorer.fitting(traces);
    for (let from = 0; from < fitting.length; from += AT_ONCE) {
      await table.add(await scorer.score(traces, fitting.subarray(from, from + AT_ONCE)));
    }
    const { threshold, flagged, scored, drift } = await table.finish();
    return ok({
      model: model.origin.name,
      detector: scorer.shown.detector,
      spans: spansRead,
      spansKept,
      traces: traceCount(traces),
      scored,
      tooLarge: traceCount(traces) - scored,
      flagged,
      rule: formatThreshold(rule),
      threshold,
      unknownCalls: drift.unknownCalls,
      newStructures: drift.newStructures,
      drift: driftWords(drift),
      ledger: countsOf(ledger),
      seconds: (performance.now() - started) / 1e3,
    });
  } finally {
    scorer.dispose();
  }
}

export function openModel(path: string): Result<KeptModel, Failure> {
  try {
    return readModel(readFileSync(path), basename(path));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return err({
      what: `the model cannot be read (${why})`,
      where: path,
      advice: 'check the path',
    });
  }
}

interface Chosen {
  readonly detector: DetectorId | null;
  readonly rule: ThresholdRule | null;
}

function readChoices(
  { threshold, detector }: ScoreQuestion,
  { detectors }: KeptModel,
): Result<Chosen, Failure> {
  const rule = threshold === null ? null : parseThreshold(threshold, '--threshold');
  if (rule?.ok === false) return rule;
  const known = DETECTOR_IDS.find((id) => id === detector) ?? null;
  if (detector !== null && !detectors.some((one) => one.detector === known)) {
    return err({
      what: `the model has no detector "${detector}"`,
      where: '--detector',
      advice: `use one of: ${detectors.map((one) => one.detector).join(', ')}`,
    });
  }
  return ok({ detector: known, rule: rule?.value ?? null });
}

/** A threshold that could be stored can be read; otherwise the run would not have kept it. */
function ruleOf({ shown }: KeptScorer): ThresholdRule {
  const rule = parseThreshold(shown.threshold);
  return rule.ok ? rule.value : { kind: 'robust' };
}

/** Rules that ask for no other scores than those of validation. */
const asksValidationAlone = ({ kind }: ThresholdRule): boolean =>
  kind === 'percentile' || kind === 'robust' || kind === 'value' || kind === 'budget';

/** Rows as they come, or, where a rule counts among all of them, at the end. */
function createTable(
  traces: TraceSet,
  { val }: KeptScorer,
  rule: ThresholdRule,
  take: (rows: readonly ScoredRow[]) => Promise<void>,
) {
  const early = asksValidationAlone(rule)
    ? resolveThreshold(rule, { val, test: new Float64Array(0), tracesPerDay: null })
    : null;
  const held: KeptRows[] = [];
  const sums = { flagged: 0, scored: 0, drift: NO_DRIFT };
  const give = async (rows: KeptRows, threshold: number | null) => {
    const written = rowsOf(traces, rows, threshold);
    for (const { flagged } of written) sums.flagged += flagged;
    await take(written);
  };
  return {
    async add(rows: KeptRows): Promise<void> {
      sums.scored += rows.trace.length;
      sums.drift = addDrift(sums.drift, rows.drift);
      if (asksValidationAlone(rule)) await give(rows, early);
      else held.push(rows);
    },
    async finish() {
      let threshold = early;
      if (!asksValidationAlone(rule)) {
        const test = Float64Array.from(held.flatMap(({ score }) => [...score])).sort();
        const every = Uint32Array.from(traces.structureOf.keys());
        threshold = resolveThreshold(rule, {
          val,
          test,
          tracesPerDay: tracesPerDay(traces, every),
        });
        for (const rows of held) await give(rows, threshold);
      }
      return { ...sums, threshold };
    },
  };
}

const rowsOf = (traces: TraceSet, rows: KeptRows, threshold: number | null): ScoredRow[] => {
  const { variants } = rows;
  const isFlagged = (row: number): boolean => threshold !== null && rows.score[row]! > threshold;
  return Array.from(rows.trace, (trace, row) => ({
    traceId: decodeString(traces.traceIds, trace),
    score: rows.score[row]!,
    p: rows.p[row]!,
    flagged: isFlagged(row) ? 1 : 0,
    reason: rows.reason[row]! || (isFlagged(row) ? rows.asAWhole[row]! : ''),
    service: rows.service[row]!,
    nodes: rows.nodes[row]!,
    structure: rows.isKnown[row] === 1 ? 'known' : 'new',
    nll: variants.nll?.[row] ?? null,
    bcscale: variants.bcscale?.[row] ?? null,
    ncnorm: variants.ncnorm?.[row] ?? null,
    stdlimit: variants.stdlimit?.[row] ?? null,
    full: variants.full?.[row] ?? null,
  }));
};

const countsOf = (ledger: Ledger): ScoreLedger['ledger'] =>
  ledger.map(({ reason, count }) => ({ reason, count }));
