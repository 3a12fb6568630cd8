/**
 * The worker's side of the door: receives jobs, runs them one model at a time, reports back.
 * It owns the dataset at hand and the trained model; everything else is computed and sent away.
 */
import type { Failure, Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import type { DetectorData, ProbabilisticModel } from '../detectors/detector.ts';
import { fitTraceVae, restoreTraceVae } from '../detectors/registry.ts';
import { fitLatencyScale } from '../features/latency-scale.ts';
import { assignSets, selectSet } from '../features/splits.ts';
import { importFiles } from '../ingest/import-files.ts';
import { simulateDemo } from '../simulator/dataset.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { startBackend } from './backend.ts';
import { importSimulated } from './import-simulated.ts';
import type {
  BackendInfo,
  BackendPreference,
  JobFailure,
  JobKind,
  JobRequest,
  Jobs,
  ModelSource,
  RunSettings,
  ScoreOutcome,
  WorkerReply,
  WorkerRequest,
} from './protocol.ts';
import { createJobControl, type JobControl } from './run-control.ts';
import { scoreSets } from './score-sets.ts';

type Post = (reply: WorkerReply) => void;

type Outcome<K extends JobKind> = Promise<Result<Jobs[K]['output'], JobFailure>>;

interface JobContext<K extends JobKind> {
  readonly control: JobControl;
  readonly emit: (event: Jobs[K]['event']) => void;
}

interface TrainedModel {
  /** The run it belongs to; null between training and the page's naming of the run. */
  readonly settings: RunSettings;
  readonly data: DetectorData;
  readonly test: Uint32Array;
  readonly model: ProbabilisticModel;
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
  let backend: { readonly preference: BackendPreference; readonly info: BackendInfo } | null = null;
  let deviceError: string | null = null;
  // Jobs that compute share the backend and the model, so they run one after another. Reading a
  // dataset touches neither and goes beside them. Controls reach a running job because it yields.
  let last: Promise<void> = Promise.resolve();

  const dropModel = (): void => {
    trained?.model.dispose();
    trained = null;
  };

  /** A job that runs now keeps the dataset it started with; its model goes once it has ended. */
  const adopt = (set: TraceSet): void => {
    traces = set;
    last = last.then(dropModel);
  };

  const takeBackend = async (preference: BackendPreference): Promise<BackendInfo> => {
    if (backend?.preference === preference && deviceError === null) return backend.info;
    dropModel(); // its tensors live on the backend that is left
    deviceError = null;
    const info = await startBackend(preference, (message) => {
      deviceError = message;
    });
    backend = { preference, info };
    return info;
  };

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
  const modelOf = async ({ settings, weights }: ModelSource): Promise<TrainedModel> => {
    await takeBackend(settings.backend);
    if (trained !== null && sameSettings(trained.settings, settings)) return trained;
    if (traces === null) throw new Error(noDataset.what);
    dropModel();
    const { data, test } = prepare(traces, settings);
    const model = restoreTraceVae(settings.config, traces.operations.length, weights);
    trained = { settings, data, test, model };
    return trained;
  };

  const jobs: { [K in JobKind]: (input: Jobs[K]['input'], context: JobContext<K>) => Outcome<K> } =
    {
      async probe({ preference }) {
        return ok(await takeBackend(preference));
      },

      async import({ files }, { control, emit }) {
        const result = await importFiles(files, { signal: control.signal, onProgress: emit });
        if (result.ok) adopt(result.value.traces);
        return result;
      },

      async demo({ seed }) {
        const imported = importSimulated(() => simulateDemo(seed));
        adopt(imported.traces);
        return ok(imported);
      },

      async open(input) {
        adopt(input.traces);
        return ok(null);
      },

      async train(settings, { control, emit }) {
        if (traces === null) return err({ ...noDataset, kind: 'unusable-data' });
        const info = await takeBackend(settings.backend);
        emit({ kind: 'backend', info });
        dropModel();
        const { data, test } = prepare(traces, settings);
        let epochs = 0;
        const started = performance.now();
        const fitted = await fitTraceVae(data, settings.config, {
          seed: settings.seed,
          control,
          onEvent: (event) => {
            if (event.kind === 'epoch') epochs = event.point.epoch;
            emit(event);
          },
        });
        if (deviceError !== null) return err(deviceFailure(deviceError));
        if (!fitted.ok) return fitted;
        const trainSeconds = (performance.now() - started) / 1e3;
        const model = fitted.value;
        trained = { settings, data, test, model };
        return ok({
          weights: await model.saveWeights(),
          parameterCount: model.parameterCount,
          backend: info,
          stopped: control.stopRequested(),
          trainSeconds,
          trainTracesPerSecond: (epochs * data.train.length) / trainSeconds,
          flooredOperations: data.scale.floored,
        });
      },

      async score({ model: source }, { control, emit }) {
        const { data, test, model } = await modelOf(source);
        const scored: ScoreOutcome | null = await scoreSets(data, test, model, source.settings, {
          signal: control.signal,
          onProgress: emit,
        });
        if (deviceError !== null) return err(deviceFailure(deviceError));
        return scored === null ? err(cancelled) : ok(scored);
      },

      async explain({ model: source, trace, stdLimit }) {
        const { data, model } = await modelOf(source);
        const { seed, config } = source.settings;
        return ok(await model.explain(data, trace, { samples: config.samples, seed, stdLimit }));
      },

      async parity({ files, backend: preference, part }, { emit }) {
        emit({ kind: 'backend', info: await takeBackend(preference) });
        // a chunk of its own: the notebook never loads it
        const { compareFiles } = await import('../parity/parity.ts');
        const compared = await compareFiles(files, part, (quantity) =>
          emit({ kind: 'quantity', quantity }),
        );
        if (deviceError !== null) return err(deviceFailure(deviceError));
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
    try {
      const result = await job(request.input, {
        control,
        emit: (event) => post({ kind: 'event', runId, event }),
      });
      post(
        result.ok
          ? { kind: 'done', runId, output: result.value }
          : { kind: 'failed', runId, failure: result.error },
      );
    } catch (cause) {
      const failure = deviceError === null ? bug(cause) : deviceFailure(deviceError);
      post({ kind: 'failed', runId, failure: control.signal.aborted ? cancelled : failure });
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
          if (READS.has(request.kind)) void run(request, control);
          else last = last.then(() => run(request, control));
        }
      }
    },
  };
}

const READS: ReadonlySet<JobKind> = new Set(['import', 'demo', 'open']);

const unreadable = (what: string): JobFailure => ({
  kind: 'unreadable',
  what,
  where: 'the golden file',
  advice: 'choose a file that docs/parity.md describes',
});

const deviceFailure = (message: string): JobFailure => ({
  kind: 'device',
  what: `the GPU reported an error: ${message}`,
  where: 'WebGPU',
  advice: 'choose the WASM backend and start again',
});

/** Settings are plain JSON, made in one place, so their text compares them. */
const sameSettings = (a: RunSettings, b: RunSettings): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
