/**
 * The worker's side of the door: receives jobs, runs them one model at a time, reports back.
 * It owns the dataset at hand and the trained model; everything else is computed and sent away.
 */
import { assert } from '../base/assert.ts';
import type { Failure, Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import { runWithPauses } from '../base/slices.ts';
import type { DetectorId } from '../detectors/catalog.ts';
import type { DetectorData, DetectorModel } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/registry.ts';
import { nextTask } from '../detectors/shared/pacer.ts';
import { fitLatencyScale } from '../features/latency-scale.ts';
import { countSets } from '../features/set-counts.ts';
import { assignSets, selectSet } from '../features/splits.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import { importFiles, labelTraces } from '../ingest/import-files.ts';
import { siblingSubtrees } from '../inspect/sibling-subtrees.ts';
import { setOwnKernels } from '../kernels/own-kernels.ts';
import { describeAll } from '../prepare/describe.ts';
import { simulateDemo } from '../simulator/dataset.ts';
import { simulateStandIn } from '../simulator/stand-ins.ts';
import { buffersOf, copyTraces } from '../trace/copy-traces.ts';
import { cutSpans, type OrderedSpans, type SpanChunk } from '../trace/ordered-spans.ts';
import { type StructureCensus, takeCensus } from '../trace/structure-statistics.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { startBackend } from './backend.ts';
import { createDevice, deviceFailure } from './device.ts';
import { exportTraces } from './export-traces.ts';
import { importSimulated } from './import-simulated.ts';
import { createLab } from './lab.ts';
import { packFiles, unpackFiles } from './pack-files.ts';
import { prepareDataset } from './prepare-dataset.ts';
import type {
  JobFailure,
  JobKind,
  JobRequest,
  Jobs,
  ModelSource,
  RunSettings,
  TrainOutcome,
  WhatIf,
  WorkerReply,
  WorkerRequest,
} from './protocol.ts';
import { createJobControl, type JobControl } from './run-control.ts';
import { combineTerms, scoreSets } from './score-sets.ts';
import { fitSurviving } from './surviving-fit.ts';
import { createTraceTables } from './trace-tables.ts';
import { explainEdited, findUnflagging, type WhatIfContext } from './what-if.ts';

type Post = (reply: WorkerReply, transfer: ArrayBuffer[]) => void;

type Outcome<K extends JobKind> = Promise<Result<Jobs[K]['output'], JobFailure>>;

interface JobContext<K extends JobKind> {
  readonly control: JobControl;
  readonly emit: (event: Jobs[K]['event']) => void;
  /** Buffers of the output that are given away instead of copied. */
  readonly transfer: ArrayBuffer[];
}

interface TrainedModel {
  readonly detector: DetectorId;
  readonly settings: RunSettings;
  readonly epoch: number | null;
  readonly data: DetectorData;
  readonly test: Uint32Array;
  readonly model: DetectorModel;
}

const bug = (cause: unknown): JobFailure => ({
  kind: 'bug',
  what: cause instanceof Error ? cause.message : String(cause),
  where: 'the worker',
  advice: 'reload the page; stored data is kept',
});

const cancelled: JobFailure = {
  kind: 'cancelled',
  what: 'cancelled',
  where: 'the worker',
  advice: 'start again when ready',
};

export interface Runner {
  handle(request: WorkerRequest): void;
}

export function createRunner(post: Post): Runner {
  const controls = new Map<number, JobControl>();
  let traces: TraceSet | null = null;
  let trained: TrainedModel | null = null;
  /** By dataset, until the page has stored them: they are too many to hold on both sides. */
  const importedSpans = new Map<string, OrderedSpans>();
  const tables = createTraceTables();
  const lab = createLab();
  // Jobs that compute share the backend and the model, so they run one after another. Reading a
  // dataset and combining terms touch neither and go beside them. Controls reach a running job because it yields.
  let last: Promise<void> = Promise.resolve();

  const dropModel = (): void => {
    trained?.model.dispose();
    trained = null;
  };

  /** A job that runs now keeps the dataset it started with; its model goes once it has ended. */
  const adopt = (set: TraceSet): void => {
    traces = set;
    lab.close();
    last = last.then(dropModel);
  };

  /** Adopts the traces, and gives the page a copy that goes without another one on its side. */
  const handOver = (imported: ImportedTraces, transfer: ArrayBuffer[]): ImportedTraces => {
    adopt(imported.traces);
    const copy = copyTraces(imported.traces);
    transfer.push(...buffersOf(copy));
    return { ...imported, traces: copy };
  };

  // Tensors of a model live on the backend that is left.
  const device = createDevice(startBackend, dropModel);

  const prepare = (set: TraceSet, settings: RunSettings) => {
    const { config, seed, roles, limitTrain } = settings;
    const sets = assignSets(set, { roles, seed, maxNodes: config.maxNodes, limitTrain });
    const train = selectSet(sets, 'train');
    const data: DetectorData = {
      traces: set,
      train,
      val: selectSet(sets, 'val'),
      scale: fitLatencyScale(set, train, config.latencyScale),
    };
    return { data, test: selectSet(sets, 'test') };
  };

  const noDataset: Failure = {
    what: 'no dataset is open',
    where: 'the worker',
    advice: 'load a dataset first',
  };

  /** The model of this run: the one at hand, or restored from its stored weights. */
  const modelOf = async ({
    detector,
    settings,
    epoch,
    weights,
  }: ModelSource): Promise<TrainedModel> => {
    await device.take(settings.backend);
    const atHand = trained?.detector === detector && trained.epoch === epoch;
    if (trained !== null && atHand && sameSettings(trained.settings, settings)) return trained;
    if (traces === null) throw new Error(noDataset.what);
    dropModel();
    setOwnKernels(settings.config.kernels !== 'stock');
    const { data, test } = prepare(traces, settings);
    const { restore } = DETECTORS[detector];
    const model = restore(settings, traces.operations.length, weights);
    trained = { detector, settings, epoch, data, test, model };
    return trained;
  };

  const whatIfContext = async ({ model: source, ...asked }: WhatIf): Promise<WhatIfContext> => {
    const { data, model } = await modelOf(source);
    assert(model.kind === 'terms', 'edited traces are scored by their terms');
    const { seed, config } = source.settings;
    const { samples, maxNodes } = config;
    return { ...asked, data, model, seed, samples, maxNodes };
  };

  const jobs: { [K in JobKind]: (input: Jobs[K]['input'], context: JobContext<K>) => Outcome<K> } =
    {
      async probe({ preference }) {
        return ok(await device.take(preference));
      },

      async import({ files, mappings, authorsRules, datasetId }, { control, emit, transfer }) {
        const result = await importFiles(files, {
          signal: control.signal,
          onProgress: emit,
          mappings,
          authorsRules,
          onSpans: (spans) => importedSpans.set(datasetId, spans),
        });
        return result.ok ? ok(handOver(result.value, transfer)) : result;
      },

      async pack({ files }, { control }) {
        const packed = await packFiles(files, control.signal);
        return packed === null ? err(cancelled) : ok(packed);
      },

      async unpack({ file }, { control, transfer }) {
        const unpacked = await unpackFiles(file, control.signal);
        if (!unpacked.ok) return err({ ...unpacked.error, kind: 'unusable-data' });
        if (unpacked.value === null) return err(cancelled);
        transfer.push(...unpacked.value.map(({ bytes }) => bytes.buffer));
        return ok(unpacked.value);
      },

      async label({ files }, { control }) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        const labelled = await labelTraces(files, traces, control.signal);
        if (labelled.ok) adopt({ ...traces, label: labelled.value.label });
        return labelled;
      },

      async demo({ seed, standIn, datasetId }, { transfer }) {
        const imported = importSimulated(
          () => (standIn === null ? simulateDemo(seed) : simulateStandIn(standIn, seed)),
          (spans) => importedSpans.set(datasetId, spans),
        );
        return ok(handOver(imported, transfer));
      },

      async takeSpans({ datasetId, first }, { transfer }) {
        const spans = importedSpans.get(datasetId);
        const chunk = spans === undefined ? null : cutSpans(spans, first, SPAN_CHUNK_BYTES);
        if (chunk !== null) transfer.push(...spanBuffers(chunk));
        return ok(chunk);
      },

      async dropSpans({ datasetId }) {
        importedSpans.delete(datasetId);
        return ok(null);
      },

      async open(input) {
        const valid = validateTraceSet(input.traces);
        if (!valid.ok) return err(unusable(valid.error));
        adopt(valid.value);
        return ok(null);
      },

      async export({ format }, { control, emit }) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        const { signal } = control;
        const file = await exportTraces(traces, format, { signal, onProgress: emit });
        return file === null ? err(cancelled) : ok(file);
      },

      async countSets(choices) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        return ok(countSets(traces, choices));
      },

      async census(_, { transfer }) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        const census = takeCensus(traces);
        transfer.push(...censusBuffers(census));
        return ok(census);
      },

      async describe() {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        return ok(describeAll(traces));
      },

      async prepare({ traces: source, settings }, { control, emit, transfer }) {
        const valid = validateTraceSet(source);
        if (!valid.ok) return err(unusable(valid.error));
        const prepared = await prepareDataset(valid.value, settings, {
          signal: control.signal,
          onStep: emit,
        });
        if (!prepared.ok) return prepared;
        const { imported, report } = prepared.value;
        return ok({ imported: handOver(imported, transfer), report });
      },

      async train({ detector, settings, from }, { control, emit }) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        dropModel();
        const { config, seed, backend: preference } = settings;
        setOwnKernels(config.kernels !== 'stock');
        const { data, test } = prepare(traces, settings);
        const operationCount = traces.operations.length;
        const epochSeconds = (from?.curve ?? []).map(({ seconds }) => seconds);
        const secondsBefore = epochSeconds.reduce((sum, seconds) => sum + seconds, 0);
        const started = performance.now();
        let epochs = epochSeconds.length;
        const { fitted, info } = await fitSurviving({
          train: (context) => DETECTORS[detector].fit(data, settings, context),
          device,
          preference,
          seed,
          from,
          control,
          emit: (event) => {
            if (event.kind === 'epoch') epochs++;
            if (event.kind === 'recovered') epochs = event.epoch;
            emit(event);
          },
        });
        const trouble = device.trouble();
        if (trouble !== null) return err(deviceFailure(trouble));

        const trainSeconds = secondsBefore + (performance.now() - started) / 1e3;
        const keep = async (model: DetectorModel): Promise<TrainOutcome> => {
          trained = { detector, settings, epoch: null, data, test, model };
          return {
            weights: await model.saveWeights(),
            parameterCount: model.parameterCount,
            backend: info,
            stopped: control.stopRequested(),
            trainSeconds,
            trainTracesPerSecond: (epochs * data.train.length) / trainSeconds,
            flooredOperations: data.scale.floored,
          };
        };
        if (fitted.ok) return ok(await keep(fitted.value));
        const { lastGood, ...failure } = fitted.error;
        if (lastGood === undefined) return err(failure);
        const model = DETECTORS[detector].restore(settings, operationCount, lastGood.weights);
        return err({ ...failure, lastGood: { epoch: lastGood.epoch, outcome: await keep(model) } });
      },

      async score({ model: source }, { control, emit }) {
        const { data, test, model } = await modelOf(source);
        const { detector, settings } = source;
        const sets = { detector, data, test, settings };
        const scored = await scoreSets(sets, model, {
          signal: control.signal,
          onProgress: emit,
        });
        const trouble = device.trouble();
        if (trouble !== null) return err(deviceFailure(trouble));
        return scored === null ? err(cancelled) : ok(scored);
      },

      async explain({ model: source, trace, stdLimits, corrections }) {
        const { data, model } = await modelOf(source);
        const { seed, config } = source.settings;
        if (model.kind === 'scores') return ok(await model.explain(data, trace, { seed }));
        assert(stdLimits !== null, 'terms are explained under the std limits of their scores');
        const options = { samples: config.samples, seed, stdLimits, corrections };
        return ok(await model.explain(data, trace, options));
      },

      async whatIf(input) {
        return ok(await explainEdited(await whatIfContext(input), input.tree));
      },

      async subtrees({ model: source, tree }) {
        const { data } = await modelOf(source);
        return ok(siblingSubtrees(data.traces, data.train, tree));
      },

      async unflag(input, { control, emit }) {
        const context = await whatIfContext(input);
        const found = await findUnflagging(context, input.tree, input.threshold, {
          signal: control.signal,
          onProgress: emit,
        });
        return found === null ? err(cancelled) : ok(found);
      },

      async combine(input) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        return ok(combineTerms(traces, input));
      },

      async tabulate(input) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        return ok(tables.tabulate(traces, input));
      },

      async arrange(input, { transfer }) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        const { key } = input.sort;
        // other lists are not kept waiting
        await runWithPauses(tables.prepareSort(key), nextTask);
        const rows = tables.arrange(traces, input);
        transfer.push(rows.buffer as ArrayBuffer);
        return ok(rows);
      },

      async prepareSort({ key }) {
        await runWithPauses(tables.prepareSort(key), nextTask);
        return ok(null);
      },

      async ranks({ variant }) {
        return ok(tables.ranks(variant));
      },

      async usualParts() {
        return ok(await runWithPauses(tables.usualParts(), nextTask));
      },

      async nearest({ trace }) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        return ok(tables.nearest(traces, trace));
      },

      async overRepresented() {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        return ok(tables.overRepresented(traces));
      },

      async openLab(input, { transfer }) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        const session = lab.open(traces, input);
        transfer.push(...columnBuffers(session));
        return ok(session);
      },

      async labVariant(input, { transfer }) {
        return handOut(lab.variant(input), transfer);
      },

      async labWhy(input, { transfer }) {
        return handOut(lab.why(input), transfer);
      },

      async labEvidence(input, { transfer }) {
        return handOut(lab.evidence(input), transfer);
      },

      async labLatent(input, { transfer }) {
        return handOut(lab.latent(input), transfer);
      },

      async labTraces(input, { transfer }) {
        return handOut(lab.traces(input), transfer);
      },

      async parity({ files, backend: preference, part }, { emit }) {
        emit({ kind: 'backend', info: await device.take(preference) });
        // a chunk of its own: the notebook never loads it
        const { compareFiles } = await import('../parity/parity.ts');
        const compared = await compareFiles(files, part, (quantity) =>
          emit({ kind: 'quantity', quantity }),
        );
        const trouble = device.trouble();
        if (trouble !== null) return err(deviceFailure(trouble));
        return compared.ok ? compared : err(unreadable(compared.error));
      },
    };

  const run = async <K extends JobKind>(
    request: JobRequest & { readonly kind: K },
    control: JobControl,
  ): Promise<void> => {
    const { runId } = request;
    // The request's kind pairs it with its job; TypeScript cannot follow that through the map.
    const job = jobs[request.kind] as (
      input: unknown,
      context: JobContext<JobKind>,
    ) => Promise<Result<unknown, JobFailure>>;
    const transfer: ArrayBuffer[] = [];
    try {
      const result = await job(request.input, {
        control,
        emit: (event) => post({ kind: 'event', runId, event }, []),
        transfer,
      });
      post(
        result.ok
          ? { kind: 'done', runId, output: result.value }
          : { kind: 'failed', runId, failure: result.error },
        transfer,
      );
    } catch (cause) {
      const trouble = await device.troubleSoon();
      const failure = trouble === null ? bug(cause) : deviceFailure(trouble);
      post({ kind: 'failed', runId, failure: control.signal.aborted ? cancelled : failure }, []);
    } finally {
      controls.delete(runId);
    }
  };

  return {
    handle(request) {
      switch (request.kind) {
        case 'pause':
        case 'resume':
        case 'stop':
        case 'cancel':
          controls.get(request.runId)?.[request.kind]();
          return;
        default: {
          const control = createJobControl();
          controls.set(request.runId, control);
          if (BESIDE.has(request.kind)) void run(request, control);
          else last = last.then(() => run(request, control));
        }
      }
    },
  };
}

const unusable = (what: string): JobFailure => ({
  kind: 'unusable-data',
  what,
  where: 'the stored dataset',
  advice: 'import its files again',
});

/** They need neither backend nor model. */
const BESIDE: ReadonlySet<JobKind> = new Set([
  'import',
  'label',
  'demo',
  'open',
  'takeSpans',
  'dropSpans',
  'export',
  'countSets',
  'census',
  'pack',
  'unpack',
  'describe',
  'prepare',
  'combine',
  'tabulate',
  'arrange',
  'prepareSort',
  'ranks',
  'usualParts',
  'nearest',
  'overRepresented',
  'openLab',
  'labVariant',
  'labWhy',
  'labEvidence',
  'labLatent',
  'labTraces',
]);

/** As much as the page stores at a time. */
const SPAN_CHUNK_BYTES = 2 ** 20;

const spanBuffers = ({ first: _, ...columns }: SpanChunk): ArrayBuffer[] =>
  Object.values(columns).map(({ buffer }) => buffer as ArrayBuffer);

const censusBuffers = ({ structure, traces, means }: StructureCensus): ArrayBuffer[] =>
  [structure, traces, means.latencyUs, means.spanCount].map(({ buffer }) => buffer as ArrayBuffer);

/** Buffers of an object's own columns. */
const columnBuffers = (output: object): ArrayBuffer[] =>
  Object.values(output).flatMap((value) =>
    ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [],
  );

/** What the lab computed, its columns given away; a failure where its session is gone. */
function handOut<T extends object>(
  output: T | null,
  transfer: ArrayBuffer[],
): Result<T, JobFailure> {
  if (output === null) return err(labClosed);
  transfer.push(...columnBuffers(output));
  return ok(output);
}

const labClosed: JobFailure = {
  kind: 'cancelled',
  what: 'the lab was opened anew meanwhile',
  where: 'the worker',
  advice: 'choose again',
};

const unreadable = (what: string): JobFailure => ({
  kind: 'unreadable',
  what,
  where: 'the golden file',
  advice: 'choose a file that docs/parity.md describes',
});

/** Settings are plain JSON, made in one place, so their text compares them. */
const sameSettings = (a: RunSettings, b: RunSettings): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
