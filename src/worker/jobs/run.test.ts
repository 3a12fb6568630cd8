/** How large the worker's messages about a scored run are, and whose scores they hold. */
import { serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { createAssembly, cutPiece, outlineOf } from '../../base/column-pieces.ts';
import type { Result } from '../../base/result.ts';
import type { DetectorId } from '../../detectors/catalog.ts';
import type { DetectorModel } from '../../detectors/detector.ts';
import { detectorSets } from '../../run/detector-sets.ts';
import { createJobControl } from '../../run/job-control.ts';
import type { ModelRef } from '../../run/model-ref.ts';
import type { ScoreOutcome } from '../../run/outcome.ts';
import { randomTerms } from '../../testing/random-terms.ts';
import { fakeSettings } from '../../testing/run-fakes.ts';
import { toyTraces } from '../../testing/toy-traces.ts';
import { createDatasetAtHand } from '../dataset-at-hand.ts';
import type { Device } from '../device.ts';
import { type JobFailure, notAtHand } from '../job-failure.ts';
import type { Jobs } from '../protocol.ts';
import { createRunAtHand } from '../run-at-hand.ts';
import { createRunJobs } from './run.ts';

const MOST_BYTES = 8e6;

const settings = { ...fakeSettings(), roles: ['split'] } as const;
const weights = { formatVersion: 1, tensors: [] } as const;
const device = { take: async () => ({}), trouble: () => null } as unknown as Device;
const refTo = (runId: string, detector: DetectorId): ModelRef => ({
  runId,
  detector,
  epoch: null,
});

/** Terms of as many structures as half of the traces have. */
const termsModel = {
  kind: 'terms',
  stdLimits: async () => ({ global: 1, byOperation: new Float64Array(6).fill(1) }),
  scoreTerms: async (_: unknown, { length: traces }: Uint32Array) =>
    randomTerms(1, { traces, structures: Math.ceil(traces / 2), samples: 10, operations: 6 }),
  dispose: () => {},
} as unknown as DetectorModel;

const scoresModel = {
  kind: 'scores',
  scoreTraces: async (_: unknown, selected: Uint32Array) => ({
    score: Float64Array.from(selected),
  }),
  dispose: () => {},
} as unknown as DetectorModel;

/** Runs of one detector each in a worker that has them trained one after the other. */
function createWorker(detector: DetectorId, model: DetectorModel, count: number) {
  const traces = toyTraces(count);
  const dataset = createDatasetAtHand(() => {});
  dataset.adopt(traces);
  const run = createRunAtHand(device, dataset.traces);
  const jobs = createRunJobs(device, dataset, run, async () => {});
  const answer = async <T>(
    of: (context: { readonly transfer: ArrayBuffer[] }) => Promise<Result<T, JobFailure>>,
  ): Promise<{ readonly value: T; readonly bytes: number }> => {
    const transfer: ArrayBuffer[] = [];
    const result = await of({ transfer });
    if (!result.ok) throw new Error(result.error.kind);
    const bytes = serialize(result.value).byteLength;
    return { value: structuredClone(result.value, { transfer }), bytes };
  };
  const context = { control: createJobControl(), emit: () => {} };
  return {
    run,
    train(runId: string) {
      run.begin(runId, settings);
      run.keep(refTo(runId, detector), { ...detectorSets(traces, settings), model }, weights);
    },
    score: (of: ModelRef) =>
      answer((rest) => jobs.score.run({ of, settings }, { ...context, ...rest })),
    take: (input: Jobs['takeTerms']['input']) =>
      answer((rest) => jobs.takeTerms.run(input, { ...context, ...rest })),
  };
}

const allBytes = (record: unknown) => Buffer.from(cutPiece(record, 0, Number.POSITIVE_INFINITY)!);

test.each([
  ['tracevae', termsModel, 3],
  ['lstm-ad', scoresModel, 1],
] as const)(
  'scores of %s leave in pieces, however many traces there are',
  async (detector, model, leastPieces) => {
    const worker = createWorker(detector, model, 60_000);
    const of = refTo('run-1', detector);
    worker.train('run-1');
    const scored = await worker.score(of);
    expect(scored.bytes).toBeLessThan(20_000);

    const assembly = createAssembly<ScoreOutcome>(scored.value);
    let pieces = 0;
    for (; !assembly.whole(); pieces++) {
      const taken = await worker.take({ of, first: assembly.filled() });
      expect(taken.bytes).toBeLessThan(MOST_BYTES);
      assembly.add(taken.value);
    }
    expect(pieces).toBeGreaterThanOrEqual(leastPieces);
    const kept = worker.run.scores(of);
    expect(kept?.test.trace.length).toBeGreaterThan(15_000);
    expect(outlineOf(assembly.record)).toEqual(outlineOf(kept));
    expect(allBytes(assembly.record).equals(allBytes(kept))).toBe(true);
    await expect(worker.take({ of, first: assembly.filled() })).rejects.toThrow(notAtHand.kind);
  },
);

test('another run that trains meanwhile, scored or not, gives no piece of this one', async () => {
  const worker = createWorker('tracevae', termsModel, 20_000);
  const of = refTo('run-1', 'tracevae');
  worker.train('run-1');
  await worker.score(of);
  const { value: piece } = await worker.take({ of, first: 0 });
  worker.train('run-2');
  const next = { of, first: piece.length };
  await expect(worker.take(next)).rejects.toThrow(notAtHand.kind);
  await worker.score(refTo('run-2', 'tracevae'));
  await expect(worker.take(next)).rejects.toThrow(notAtHand.kind);
});
