/**
 * Where a run's numbers come from, kept in run.json: with it and the same files the run is made once
 * more, and what comes out is held against what is written.
 */
import * as v from 'valibot';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { PresetId } from '../detectors/tracevae/meta.ts';
import { dataHash } from '../trace/data-hash.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { NamedFormula } from './named-formulas.ts';
import type { RunRecord } from './record.ts';
import { preset, settings } from './schemas.ts';
import type { RunSettings } from './settings.ts';

/** `provenance` of run.json. */
export interface Provenance {
  readonly dataHash: string;
  readonly preset: PresetId;
  readonly settings: RunSettings;
}

/** null of a run that scored with a kept model: it was not trained on this dataset. */
export const provenanceOf = (
  run: Pick<RunRecord, 'preset' | 'settings'>,
  traces: TraceSet,
): Provenance | null =>
  run.settings.kept === undefined
    ? { dataHash: dataHash(traces), preset: run.preset, settings: run.settings }
    : null;

const number = v.nullable(v.number());
const metrics = v.object({ bestF: number, auroc: number, averagePrecision: number });
const result = v.object({
  detector: v.string(),
  variant: v.string(),
  total: metrics,
  structure: metrics,
  time: metrics,
  atThreshold: v.object({ threshold: number }),
  formula: v.optional(v.string()),
});
type PastResult = v.InferOutput<typeof result>;

const runJson = v.object({
  app: v.object({ version: v.string() }),
  environment: v.object({ backend: v.string() }),
  provenance: v.object({ dataHash: v.string(), preset, settings }),
  results: v.array(result),
});

/** A run as its run.json tells it. */
export interface PastRun extends Provenance {
  readonly version: string;
  readonly backend: string;
  readonly formulas: readonly NamedFormula[];
  readonly results: readonly PastResult[];
}

/** @param name of the file, for the failure */
export function readPastRun(text: string, name: string): Result<PastRun, Failure> {
  const refuse = (what: string, advice: string) => err({ what, where: name, advice });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('this is no JSON', 'name the run.json of the run');
  }
  const read = v.safeParse(runJson, json);
  if (!read.success) {
    const [issue] = read.issues;
    const lacks = typeof json === 'object' && json !== null && !('provenance' in json);
    return lacks
      ? refuse(
          'this run.json does not say how it came to be: an earlier build wrote it, or its model was a kept one',
          'train with the options that it was trained with',
        )
      : refuse(
          `${v.getDotPath(issue) ?? 'the file'} is not as in run.json`,
          'export the run again',
        );
  }
  const { app, environment, provenance, results } = read.output;
  return ok({
    ...provenance,
    version: app.version,
    backend: environment.backend,
    results,
    formulas: results.flatMap(({ variant, formula }) =>
      formula === undefined ? [] : [{ name: variant, text: formula }],
    ),
  });
}

/** `again` of run.json: how the numbers of a run made once more compare with the first ones. */
export interface Repeated {
  readonly sameData: boolean;
  /** Of the first run. */
  readonly version: string;
  readonly backend: string;
  readonly compared: number;
  readonly different: readonly Difference[];
}

export interface Difference {
  readonly detector: string;
  readonly variant: string;
  /** "total.averagePrecision" */
  readonly metric: string;
  readonly before: number | null;
  readonly now: number | null;
}

const SUBSETS = ['total', 'structure', 'time'] as const;
const METRICS = ['bestF', 'auroc', 'averagePrecision'] as const;

/** @param now run.json of the run that was made again */
export function compareRuns(past: PastRun, now: string): Repeated {
  const again = v.parse(runJson, JSON.parse(now));
  const different: Difference[] = [];
  let compared = 0;
  for (const one of past.results) {
    const { detector, variant } = one;
    const own = again.results.find((r) => r.detector === detector && r.variant === variant);
    const hold = (
      metric: string,
      before: number | null,
      after: number | null | undefined,
    ): void => {
      compared += 1;
      if (before === after) return;
      different.push({ detector, variant, metric, before, now: after ?? null });
    };
    for (const subset of SUBSETS) {
      for (const metric of METRICS) {
        hold(`${subset}.${metric}`, one[subset][metric], own?.[subset][metric]);
      }
    }
    hold('atThreshold.threshold', one.atThreshold.threshold, own?.atThreshold.threshold);
  }
  return {
    sameData: past.dataHash === again.provenance.dataHash,
    version: past.version,
    backend: past.backend,
    compared,
    different,
  };
}

/** In a sentence. */
export function repeatedWords({ sameData, compared, different, ...past }: Repeated): string {
  const data = sameData ? 'the same data' : 'other data';
  const of = `${data}; the first run: version ${past.version}, ${past.backend}`;
  if (different.length === 0) return `the same numbers: all ${compared} metrics are equal (${of})`;
  const apart = different.reduce(
    (most, { before, now }) => Math.max(most, Math.abs((before ?? 0) - (now ?? 0))),
    0,
  );
  const { detector, variant, metric } = different[0]!;
  return `not the same numbers: ${different.length} of ${compared} metrics differ, by up to ${apart.toPrecision(2)}, first ${metric} of ${detector} ${variant} (${of})`;
}
