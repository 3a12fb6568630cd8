import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TermsModel } from '../detectors/detector.ts';
import { mergedSpans } from '../export/merged-spans.ts';
import { writeSpans } from '../export/write-spans.ts';
import { importFiles } from '../ingest/import-files.ts';
import {
  type EditableTree,
  editableTree,
  editTree,
  traceSetOfTrees,
} from '../inspect/edit-tree.ts';
import { combineScores } from '../scoring/combine.ts';
import { correctionsOf, VARIANTS } from '../scoring/corrections/list.ts';
import { editedTraces, TOY_DATA, TOY_OPTIONS, trainedToyModel } from '../testing/edited-traces.ts';
import { SMALL_TRACEVAE } from '../testing/small-tracevae.ts';
import { decodeString } from '../trace/string-column.ts';
import { readTree, type TraceSet, traceCount } from '../trace/trace-set.ts';
import { explainEdited, findUnflagging, type WhatIfContext } from './what-if.ts';

const data = TOY_DATA;

let model: TermsModel;
beforeAll(async () => {
  model = await trainedToyModel();
});

const contextOf = (trace: number, corrections = correctionsOf('full')): WhatIfContext => ({
  data,
  model,
  trace,
  maxNodes: SMALL_TRACEVAE.maxNodes,
  ...TOY_OPTIONS,
  corrections,
});

/** The dataset with this tree in the trace's place. */
function replaced(traces: TraceSet, trace: number, tree: EditableTree): TraceSet {
  const trees = Array.from({ length: traceCount(traces) }, (_, t) =>
    t === trace ? tree : readTree(traces, t),
  );
  // the ids of the dataset, not the one that stands in for all
  return { ...traceSetOfTrees(traces, trace, trees), traceIds: traces.traceIds };
}

/** Written as a file that holds parts of a microsecond, and read as any other. */
async function imported(traces: TraceSet): Promise<TraceSet> {
  const text = [...writeSpans('otlp-json', mergedSpans(traces))].join('');
  const read = await importFiles([new File([text], 'edited.json')], {
    signal: new AbortController().signal,
    onProgress: () => {},
    mappings: [],
    onSpans: () => {},
  });
  if (!read.ok) throw new Error(read.error.what);
  return read.value.traces;
}

describe('an edited trace', () => {
  test('has the score that it gets when it is imported anew, under every variant', async () => {
    await fc.assert(
      fc.asyncProperty(
        editedTraces,
        fc.constantFrom(...VARIANTS),
        async ({ trace, tree }, variant) => {
          const corrections = correctionsOf(variant);
          const what = await explainEdited(contextOf(trace, corrections), tree);
          const again = await imported(replaced(data.traces, trace, tree));
          expect(again.operations).toEqual(data.traces.operations);
          const id = decodeString(data.traces.traceIds, trace);
          const ids = Array.from({ length: traceCount(again) }, (_, t) =>
            decodeString(again.traceIds, t),
          );
          const index = ids.indexOf(id);
          expect(index).not.toBe(-1);
          const terms = await model.scoreTerms(
            { ...data, traces: again },
            Uint32Array.of(index, (index + 1) % traceCount(again)),
            { ...TOY_OPTIONS, signal: new AbortController().signal, onProgress: () => {} },
          );
          const [score] = combineScores(terms, corrections);
          const { score: predicted } = what.contributions.corrected;
          expect(Math.abs(predicted - score!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(score!)));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('that is not edited has the score of its trace', async () => {
    const trace = data.val[0]!;
    const corrections = correctionsOf('full');
    const own = await model.explain(data, trace, { ...TOY_OPTIONS, corrections });
    expect(await explainEdited(contextOf(trace), editableTree(data.traces, trace))).toEqual(own);
  });
});

describe('the smallest change that un-flags', () => {
  const search = (tree: EditableTree, threshold: number, abort = new AbortController()) =>
    findUnflagging(contextOf(0), tree, threshold, { signal: abort.signal, onProgress: () => {} });

  test('takes back one slow node, and its edits lead to the score it tells', async () => {
    const tree = editableTree(data.traces, 0);
    const own = await explainEdited(contextOf(0), tree);
    const slow = editTree(tree, { kind: 'latency', node: tree.length - 1, latencyUs: 900_000 });
    const threshold = own.contributions.corrected.score + 10;
    const outcome = await search(slow, threshold);
    expect(outcome).toMatchObject({ found: true });
    expect(outcome!.edits).toEqual([
      expect.objectContaining({ kind: 'latency', node: tree.length - 1 }),
    ]);
    const after = await explainEdited(contextOf(0), outcome!.edits.reduce(editTree, slow));
    expect(after.contributions.corrected.score).toBe(outcome!.score);
    expect(outcome!.score).toBeLessThanOrEqual(threshold);
  });

  test('says when nothing is enough', async () => {
    const outcome = await search(editableTree(data.traces, 0), -1e9);
    expect(outcome?.found).toBe(false);
  });

  test('ends when it is cancelled', async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await search(editableTree(data.traces, 0), -1e9, abort)).toBeNull();
  });
});
