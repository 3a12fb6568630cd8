/** How long other corrections take from stored terms: what the page waits for after a switch or a slider. */
import { createRandom } from '../src/base/random.ts';
import { runThrough } from '../src/base/slices.ts';
import { median } from '../src/base/statistics.ts';
import { createLab, type LabOf } from '../src/lab/lab.ts';
import type { LabSetting } from '../src/lab/setting.ts';
import { combineScores, combineSets } from '../src/scoring/combine.ts';
import { type Corrections, correctionsOf, withFormula } from '../src/scoring/corrections/list.ts';
import { evaluate } from '../src/scoring/evaluate.ts';
import { PAPER_FORMULAS } from '../src/scoring/formula/paper.ts';
import { scoresUnder } from '../src/scoring/formula/scores-under.ts';
import type { ScoreTerms } from '../src/scoring/score-terms.ts';
import { PAPER_RULE } from '../src/scoring/threshold-rule.ts';
import { labelCode, type TraceSet } from '../src/trace/trace-set.ts';
import { rasterMarks } from '../src/ui/charts/mark-raster.ts';
import { processorMs } from './processor-time.ts';
import { NODES, randomTerms } from './random-terms.ts';

/** One trace in so many is an anomaly. */
const ANOMALY_EVERY = 20;
/** A validation trace for so many test traces, as section A.4 parts them. */
const TEST_PER_VAL = 2.5;

/** Each slider, moved a little further every time. */
const MOVES: Readonly<Record<string, (i: number) => LabSetting>> = {
  scalingFactor: (i) => moved({ bcscale: { scalingFactor: 20 + i } }),
  boundary: (i) => moved({ bcscale: { boundary: (11 + (i % 8)) / 20 } }),
  nodeCountExponent: (i) => moved({ ncnorm: { nodeCountExponent: 0.5 + i / 20 } }),
  stdPercentile: (i) => moved({ stdlimit: { source: 'operation', stdPercentile: 95 + i / 10 } }),
  threshold: (i) => ({ ...moved({}), rule: { kind: 'percentile', percentile: 98 - i / 10 } }),
};
const moved = (constants: Corrections): LabSetting => ({
  constants: { stdlimit: { source: 'operation' }, ...constants },
  rule: PAPER_RULE,
});
const REPEATS = 9;

export interface Timing {
  readonly traces: number;
  /** Milliseconds: copying the terms to the worker, combining them, all metrics. */
  readonly copyMs: number;
  readonly combineMs: number;
  readonly metricsMs: number;
  /**
   * Milliseconds of processor time after a slider has moved, with all corrections: scores, metrics
   * and ranks of the test traces, the threshold of the validation traces, histograms, precision and
   * recall, places of the marks; the median of several moves of each.
   */
  readonly sliderMs: Readonly<Record<string, number>>;
  /** Processor time of a formula over the test traces, by its text. */
  readonly formulaMs: Readonly<Record<string, number>>;
  /** Processor time of a frame of as many marks that glide, on a canvas of 1,100 by 248 pixels. */
  readonly frameMs: number;
}

export function timeCorrections(traces: number): Timing {
  const random = createRandom(1);
  const test = randomTerms(random, traces);
  const val = randomTerms(random, Math.round(traces / TEST_PER_VAL));
  const label = Uint8Array.from({ length: traces }, (_, i) =>
    labelCode(i % ANOMALY_EVERY === 0 ? 'time' : 'normal'),
  );
  const started = performance.now();
  structuredClone(test);
  const copied = performance.now();
  const scores = combineScores(test, correctionsOf('full', 'operation'));
  const combined = performance.now();
  evaluate(scores, label, scores);
  const measured = performance.now();
  return {
    traces,
    copyMs: copied - started,
    combineMs: combined - copied,
    metricsMs: measured - combined,
    ...timeSliders(val, test, label),
    formulaMs: timeFormulas(test),
  };
}

/** Of a sample's terms, of all that a score is made of, and of nodes. */
const FORMULAS = [
  'full + 2*kl.z2',
  PAPER_FORMULAS.full,
  'full + 0.1*topk(3, self) + logsumexp(std)',
];

function timeFormulas(terms: ScoreTerms) {
  const traces = chains(terms.trace.length);
  const source = { terms, traces, limits: terms.stdLimits };
  const time = (text: string): number =>
    processorMs(() => scoresUnder({ ...source, corrections: withFormula({}, text) }));
  return Object.fromEntries(
    FORMULAS.map((text) => [text, median(Array.from({ length: REPEATS }, () => time(text)))]),
  );
}

/** As many traces of NODES nodes, each of which calls the next. */
function chains(count: number): TraceSet {
  const nodes = count * NODES;
  const dataset = {
    structures: {
      nodeOffset: Uint32Array.of(0, NODES),
      parent: Int32Array.from({ length: NODES }, (_, i) => i - 1),
    },
    structureOf: new Uint32Array(count),
    nodeOffset: Uint32Array.from({ length: count + 1 }, (_, t) => t * NODES),
    latencyUs: Float32Array.from({ length: nodes }, (_, i) => 1000 * (NODES - (i % NODES))),
    spanCount: new Uint32Array(nodes).fill(1),
  };
  // formulas read no more of a dataset
  return dataset as unknown as TraceSet;
}

function timeSliders(val: ScoreTerms, test: ScoreTerms, label: Uint8Array) {
  const lab = createLab();
  const file = new Uint16Array(label.length);
  const startUs = new Float64Array(label.length).fill(Number.NaN);
  // the lab reads no more of a dataset than its labels, files and starts
  const traces = { label, file, startUs } as unknown as TraceSet;
  const scores = combineSets(val, test, 'operation');
  const at: LabOf = { of: { runId: 'lab', detector: 'tracevae', epoch: null }, file: null };
  const input = { ...at, val, test, scores, source: 'operation' } as const;
  runThrough(lab.open(traces, input));
  const time = (setting: LabSetting): number =>
    processorMs(() => lab.variant({ ...at, variant: 'full', setting }));
  const sliders = Object.entries(MOVES).map(([name, move]) => {
    const times = Array.from({ length: REPEATS }, (_, i) => time(move(i + 1)));
    return [name, median(times)] as const;
  });
  return {
    sliderMs: Object.fromEntries(sliders),
    frameMs: timeFrame(label.length),
  };
}

function timeFrame(marks: number): number {
  const random = createRandom(2);
  const places = () => Float32Array.from({ length: marks }, () => random.uniform());
  const [from, to] = [
    { x: places(), y: places() },
    { x: places(), y: places() },
  ];
  const size = { width: 1100, height: 248 };
  const pixels = new Uint8ClampedArray(4 * size.width * size.height);
  const styles = [{ glyph: 'circle', rgb: [0, 0, 0] }] as const;
  const kind = new Uint8Array(marks);
  const frames = Array.from({ length: REPEATS }, (_, i) =>
    processorMs(() => {
      pixels.fill(0);
      rasterMarks(pixels, size, from, to, i / REPEATS, kind, styles, 1);
    }),
  );
  return median(frames);
}
