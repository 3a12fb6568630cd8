import { describe, expect, it } from 'vitest';
import { labelCode } from '../trace/trace-set.ts';
import { evaluate } from './evaluate.ts';

const codes = (...labels: Parameters<typeof labelCode>[0][]): Uint8Array =>
  Uint8Array.from(labels, labelCode);

describe('evaluate', () => {
  const scores = Float64Array.of(1, 2, 3, 10, 2.5);
  const labels = codes('normal', 'normal', 'unlabelled', 'structure', 'time');
  const val = Float64Array.from({ length: 101 }, (_, i) => i / 20);

  it('takes each kind of anomaly against all normal traces', () => {
    const report = evaluate(scores, labels, val);
    expect(report.total).toMatchObject({ normal: 3, anomalies: 2 });
    expect(report.structure).toMatchObject({ normal: 3, anomalies: 1, bestF: 1, auroc: 1 });
    expect(report.time).toMatchObject({ normal: 3, anomalies: 1 });
    expect(report.time.auroc).toBeCloseTo(2 / 3, 12);
  });

  it('flags what is above the percentile of the validation scores', () => {
    const { atThreshold } = evaluate(scores, labels, val);
    expect(atThreshold.threshold).toBeCloseTo(4.95, 12);
    expect(atThreshold.structure).toEqual({ f: 1, precision: 1, recall: 1 });
    expect(atThreshold.time).toEqual({ f: 0, precision: 0, recall: 0 });
    expect(atThreshold.total).toEqual({ f: 2 / 3, precision: 1, recall: 0.5 });
    // a score on the threshold is not flagged
    expect(evaluate(scores, labels, Float64Array.of(10)).atThreshold.total.recall).toBe(0);
  });

  it('has no metrics, but a threshold, without any label', () => {
    const report = evaluate(scores, new Uint8Array(5), val);
    expect(report.total.bestF).toBeNull();
    expect(report.inversion.normalMedian).toBeNull();
    expect(report.atThreshold.total.f).toBeNull();
    expect(report.atThreshold.threshold).not.toBeNull();
  });

  it('refuses a score that is no number', () => {
    const broken = Float64Array.of(1, Number.NaN, 3, 10, 2.5);
    expect(() => evaluate(broken, labels, val)).toThrow('score 1 of 5 is NaN');
  });

  it('has no threshold without validation scores', () => {
    const { atThreshold } = evaluate(scores, labels, new Float64Array(0));
    expect(atThreshold.threshold).toBeNull();
    expect(atThreshold.total.f).toBeNull();
  });

  it('takes the threshold of a detector that decides by itself', () => {
    const rejected = Float64Array.of(0, 1, 0, 1, 1);
    const { atThreshold } = evaluate(rejected, labels, Float64Array.of(1, 1, 1), { decision: 0.5 });
    expect(atThreshold).toMatchObject({ percentile: null, threshold: 0.5 });
    // 2 of the 2 anomalies, and 1 of the 3 normal traces
    expect(atThreshold.total).toEqual({ f: 0.8, precision: 2 / 3, recall: 1 });
  });

  it('leaves structure out where it is not measured, and total as it is', () => {
    const report = evaluate(scores, labels, val, { structure: false });
    expect(report.structure).toMatchObject({ bestF: null, auroc: null, averagePrecision: null });
    expect(report.atThreshold.structure.f).toBeNull();
    expect(report.total).toEqual(evaluate(scores, labels, val).total);
    expect(report.time.auroc).toBeCloseTo(2 / 3, 12);
  });
});
