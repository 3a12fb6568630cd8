/** A small trained model, and traces of its data that were edited at random. */
import fc from 'fast-check';
import type { DetectorData, TermsModel } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/registry.ts';
import type { StructureDecoder } from '../detectors/tracevae/meta.ts';
import { type EditableTree, editableTree, editTree, type TreeEdit } from '../inspect/edit-tree.ts';
import { stringColumn } from '../trace/string-column.ts';
import { traceCount } from '../trace/trace-set.ts';
import { startTestBackend } from './backends.ts';
import { SMALL_TRACEVAE, smallSettings } from './small-tracevae.ts';
import { toyData } from './toy-traces.ts';

export const TOY_OPTIONS = {
  samples: 3,
  seed: 5,
  stdLimits: { global: 1, byOperation: new Float64Array(16).fill(1) },
} as const;

const toy = toyData(36);
/** Whole microseconds and ids of 32 hexadecimal digits, which files hold exactly. */
export const TOY_DATA: DetectorData = {
  ...toy,
  traces: {
    ...toy.traces,
    latencyUs: toy.traces.latencyUs.map(Math.round),
    traceIds: stringColumn(
      Array.from(toy.traces.structureOf, (_, t) => `${'abcdef01'.repeat(3)}${10000000 + t}`),
    ),
  },
};

/** On WASM, as the page computes where there is no graphics card. */
export async function trainedToyModel(
  structureDecoder: StructureDecoder = 'paper',
): Promise<TermsModel> {
  await startTestBackend('wasm');
  const { model, ...rest } = smallSettings(3);
  const settings = { ...rest, model: { ...model, structureDecoder }, baselines: {} };
  const fitted = await DETECTORS.tracevae.fit(TOY_DATA, settings, {
    seed: TOY_OPTIONS.seed,
    control: {
      signal: new AbortController().signal,
      stopRequested: () => false,
      whenRunning: async () => {},
    },
    onEvent: () => {},
  });
  if (!fitted.ok) throw new Error(fitted.error.what);
  if (fitted.value.kind !== 'terms') throw new Error('TraceVAE has terms');
  return fitted.value;
}

export const edits = (tree: EditableTree): fc.Arbitrary<TreeEdit> => {
  const node = fc.integer({ min: 0, max: tree.length - 1 });
  const operation = fc.integer({ min: 1, max: 5 });
  const latencyUs = fc.integer({ min: 0, max: 1_000_000 });
  const leaf = fc
    .record({ operation, latencyUs })
    .map((of) => [{ parent: -1, spanCount: 1, ...of }] as EditableTree);
  return fc.oneof(
    fc.record({ kind: fc.constant('latency' as const), node, latencyUs }),
    fc.record({ kind: fc.constant('operation' as const), node, operation }),
    fc.record({ kind: fc.constant('drop' as const), node }),
    fc.record({ kind: fc.constant('add' as const), node, subtree: leaf }),
  );
};

/** A trace of the dataset and what a few edits make of it, as large as the model takes. */
export const editedTraces = fc
  .integer({ min: 0, max: traceCount(TOY_DATA.traces) - 1 })
  .chain((trace) => {
    const further = (tree: EditableTree, left: number): fc.Arbitrary<EditableTree> =>
      left === 0
        ? fc.constant(tree)
        : edits(tree).chain((edit) => {
            const next = editTree(tree, edit);
            const fits = next.length >= 2 && next.length <= SMALL_TRACEVAE.maxNodes;
            return further(fits ? next : tree, left - 1);
          });
    return fc
      .integer({ min: 1, max: 4 })
      .chain((count) => further(editableTree(TOY_DATA.traces, trace), count))
      .map((tree) => ({ trace, tree }));
  });
