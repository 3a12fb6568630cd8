/**
 * Traces scored in Node by a kept model: files of the disk or standard input in any format of the
 * page, a row per trace as soon as it is complete, a ledger of what came of them.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { DETECTOR_IDS, type DetectorId, isSurprise } from '../detectors/catalog.ts';
import type { SourceFile } from '../ingest/import.ts';
import { streamFiles } from '../ingest/stream-files.ts';
import { addDrift, driftWords, NO_DRIFT } from '../model/drift.ts';
import type { KeptModel } from '../model/kept-model.ts';
import { readModel } from '../model/model-file.ts';
import { addSeconds, NO_SECONDS, type ScoreSeconds } from '../model/score-kept.ts';
import { resolveThreshold } from '../scoring/resolve-threshold.ts';
import { formatThreshold, parseThreshold, type ThresholdRule } from '../scoring/threshold-rule.ts';
import { type Ledger, mergeLedgers } from '../trace/ledger.ts';
import { decodeString, stringCount } from '../trace/string-column.ts';
import type { StringColumn } from '../trace/trace-set.ts';
import { tracesPerDay } from '../trace/traffic.ts';
import { startWasm } from './backends.ts';
import { fileOnDisk } from './file-on-disk.ts';
import type { ScoredBatch } from './score-batch.ts';
import { openHere, openThreads, type ScorePool, type ShownDetector } from './score-pool.ts';
import { flaggedRow, type ScoredRow, type UnflaggedRow } from './scored-row.ts';

export interface ScoreQuestion {
  /** Path of the model. */
  readonly model: string;
  /** Paths of the traces, and files that can be read but once. */
  readonly input: readonly (string | SourceFile)[];
  /** Id of their format; null: it is told from what they hold. */
  readonly format: string | null;
  /** As it is typed; null: the one that was kept with the model. */
  readonly threshold: string | null;
  /** Of `score`; null: the model's own choice. */
  readonly detector: string | null;
  /** Spans of other traces after which one of standard input is complete. */
  readonly quietSpans: number;
  /** Whether the traces of the minute before count (History): then the whole input is held. */
  readonly minute: boolean;
  /** How many score, and what each of several runs; a single one scores here. */
  readonly threads: { readonly count: number; readonly entry: URL } | null;
}

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
  /** Traces that came back after they were scored, by their spans that came too late. */
  readonly lateTraces: number;
  readonly flagged: number;
  readonly rule: string;
  /** null where the rule cannot be had: no traces, no times. */
  readonly threshold: number | null;
  readonly unknownCalls: number;
  readonly newStructures: number;
  readonly drift: readonly string[];
  readonly ledger: readonly { readonly reason: string; readonly count: number }[];
  readonly seconds: number;
  /** Threads that scored. */
  readonly threads: number;
  /** Largest resident size of the process so far, threads included. */
  readonly peakBytes: number;
  /** Seconds of processor time of the process so far, threads included. */
  readonly cpuSeconds: number;
  /** Seconds of work by the clock, those of all threads added up. */
  readonly work: ScoreSeconds & { readonly reading: number; readonly merging: number };
}

/** @param ids of all traces that are done, those among them that have no row */
type TakeRows = (rows: readonly ScoredRow[], ids: () => readonly string[]) => Promise<void>;

/** @param take the rows as they come, in an order that follows from the input alone */
export async function scoreFiles(
  question: ScoreQuestion,
  take: TakeRows,
): Promise<Result<ScoreLedger, Failure>> {
  const started = performance.now();
  const opened = openModel(question.model);
  if (!opened.ok) return opened;
  const model = opened.value;
  const chosen = readChoices(question, model);
  if (!chosen.ok) return chosen;
  const { minute, threads } = question;
  const { detector } = chosen.value;

  const table = createTable(chosen.value.rule, take);
  const setup = { model: question.model, detector, minute };
  let pool: ScorePool;
  if (threads === null) {
    await startWasm();
    pool = await openHere(model, setup, table.add);
  } else pool = await openThreads(threads.entry, setup, threads.count, table.add);
  try {
    table.open(pool.shown);
    const clock = createClock();
    const { signal } = new AbortController();
    const streamed = await streamFiles(filesOf(question), {
      signal,
      canReadTwice: question.input.every((file) => typeof file === 'string') && !minute,
      quietSpans: minute ? Number.POSITIVE_INFINITY : question.quietSpans,
      isOneBatch: minute,
      format: question.format,
      take: (columns) => clock.outside(() => pool.add(columns)),
    });
    const reading = clock.seconds();
    if (!streamed.ok) return streamed;
    await pool.finish();
    const sums = await table.finish();
    const { drift, scored, traces } = sums;
    return ok({
      model: model.origin.name,
      detector: pool.shown.detector,
      spans: streamed.value.spansRead,
      spansKept: sums.spansKept,
      traces,
      scored,
      tooLarge: traces - scored,
      lateTraces: streamed.value.late.traces,
      flagged: sums.flagged,
      rule: formatThreshold(sums.rule),
      threshold: sums.threshold,
      unknownCalls: drift.unknownCalls,
      newStructures: drift.newStructures,
      drift: driftWords(drift),
      ledger: mergeLedgers(streamed.value.ledger, sums.ledger).map(({ reason, count }) => ({
        reason,
        count,
      })),
      seconds: (performance.now() - started) / 1e3,
      threads: threads?.count ?? 1,
      ...ofProcess(),
      work: { reading, merging: sums.merging, ...sums.seconds },
    });
  } finally {
    await pool.close();
  }
}

function ofProcess(): Pick<ScoreLedger, 'peakBytes' | 'cpuSeconds'> {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakBytes: 1024 * maxRSS, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
}

const filesOf = ({ input }: ScoreQuestion): readonly SourceFile[] =>
  input.map((file) => (typeof file === 'string' ? fileOnDisk(file) : file));

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
function keptRule({ threshold }: ShownDetector): ThresholdRule {
  const rule = parseThreshold(threshold);
  return rule.ok ? rule.value : { kind: 'robust' };
}

/** Rules that ask for no other scores than those of validation. */
const asksValidationAlone = ({ kind }: ThresholdRule): boolean =>
  kind === 'percentile' || kind === 'robust' || kind === 'value' || kind === 'budget';

/** Rows as they come, or, where a rule counts among all of them, at the end. */
function createTable(chosen: ThresholdRule | null, take: TakeRows) {
  let rule: ThresholdRule = chosen ?? { kind: 'robust' };
  let val: Float64Array = new Float64Array(0);
  let threshold: number | null = null;
  let areSurprise = false;
  const held: UnflaggedRow[] = [];
  const heldIds: StringColumn[] = [];
  /** Of a rule that asks for traces per day: when they began. */
  const starts: Float64Array[] = [];
  const sums = {
    flagged: 0,
    scored: 0,
    traces: 0,
    spansKept: 0,
    drift: NO_DRIFT,
    ledger: [] as Ledger,
    merging: 0,
    seconds: NO_SECONDS,
  };
  const perDay = (): number | null => {
    const startUs = Float64Array.from(starts.flatMap((batch) => [...batch]));
    return tracesPerDay({ startUs }, Uint32Array.from(startUs.keys()));
  };
  const give = async (unflagged: readonly UnflaggedRow[], ids: readonly StringColumn[]) => {
    const rows = unflagged.map((row) => flaggedRow(row, threshold));
    for (const { flagged } of rows) sums.flagged += flagged;
    await take(rows, () => ids.flatMap(textsOf));
  };
  return {
    open(shown: ShownDetector): void {
      rule = chosen ?? keptRule(shown);
      val = shown.val;
      areSurprise = isSurprise(shown.detector);
      if (asksValidationAlone(rule)) {
        threshold = resolveThreshold(rule, { val, test: new Float64Array(0), tracesPerDay: null });
      }
    },
    async add(batch: ScoredBatch) {
      const { rows, ids, traces, spansKept, drift, ledger, seconds, startUs } = batch;
      sums.scored += rows.length;
      sums.traces += traces;
      sums.spansKept += spansKept;
      sums.drift = addDrift(sums.drift, drift);
      sums.ledger = mergeLedgers(sums.ledger, ledger);
      sums.merging += seconds.merging;
      sums.seconds = addSeconds(sums.seconds, seconds);
      if (asksValidationAlone(rule)) return give(rows, [ids]);
      heldIds.push(ids);
      for (const row of rows) held.push(row);
      if (rule.kind === 'perDay') starts.push(startUs);
    },
    async finish() {
      if (!asksValidationAlone(rule)) {
        const test = Float64Array.from(held, ({ score }) => score).sort();
        threshold = resolveThreshold(rule, { val, test, tracesPerDay: perDay(), areSurprise });
        await give(held, heldIds);
      }
      return { ...sums, rule, threshold };
    },
  };
}

const textsOf = (column: StringColumn): string[] =>
  Array.from({ length: stringCount(column) }, (_, i) => decodeString(column, i));

/** Seconds of the reading, without those that it waits for its traces to be scored. */
function createClock() {
  const startedMs = performance.now();
  let outsideMs = 0;
  return {
    async outside<Value>(work: () => Promise<Value>): Promise<Value> {
      const leftMs = performance.now();
      try {
        return await work();
      } finally {
        outsideMs += performance.now() - leftMs;
      }
    },
    seconds: () => (performance.now() - startedMs - outsideMs) / 1e3,
  };
}
