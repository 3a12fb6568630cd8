/**
 * What `auto` computes on where a GPU is present: real steps of the model on WASM and on WebGPU, about
 * a second each, and the faster one trains. The steps are those of a training that is thrown away, so
 * that the numbers of the run are as they would be without them.
 */
import type { DetectorId } from '../detectors/catalog.ts';
import type { FitContext, FitResult, RunControl } from '../detectors/detector.ts';
import { nodeCount, type TraceSet } from '../trace/trace-set.ts';
import type { BackendInfo } from './outcome.ts';
import type { BackendPreference, RunSettings } from './settings.ts';

/** Training traces per second; 0 where a backend failed. */
export interface BackendSpeeds {
  readonly wasm: number;
  readonly webgpu: number;
}

/** By {@link sizeKey}. */
export type KnownSpeeds = Readonly<Record<string, BackendSpeeds>>;

/** What `auto` stands for, and why. */
export interface AutoChoice {
  readonly backend: 'webgpu' | 'wasm';
  readonly reason: string;
}

/** The worker's device, as far as a race needs it. */
export interface RaceTrack {
  take(preference: BackendPreference): Promise<BackendInfo>;
  /** From now on `auto` is this. */
  choose(choice: AutoChoice): void;
  /** Resolves once the backend in use has done what it was asked for. */
  settled(): Promise<void>;
  signal(): AbortSignal;
}

export type RaceEvent =
  | { readonly kind: 'racing' }
  /** To be remembered. */
  | { readonly kind: 'raced'; readonly key: string; readonly speeds: BackendSpeeds };

export interface RaceQuestion {
  readonly detector: DetectorId;
  readonly settings: RunSettings;
  readonly data: { readonly traces: TraceSet; readonly train: Uint32Array };
  readonly train: (context: FitContext) => FitResult;
  /** Speeds of earlier races. */
  readonly known: KnownSpeeds;
  /** Of the run. */
  readonly control: RunControl;
  readonly emit: (event: RaceEvent) => void;
}

/** Steps before the clock starts: programs are compiled in the first ones. */
const WARM_UP_STEPS = 2;
const RACE_MS = 1000;

/**
 * @param now milliseconds
 * @returns   decides what `auto` is for a training that begins; without a GPU nothing is to be decided
 */
export function createAutoBackend(
  track: RaceTrack,
  now: () => number,
): (question: RaceQuestion) => Promise<void> {
  /** What `auto` is without a race: the adapter, where there is one. */
  let offered: BackendInfo | null = null;
  return async (question) => {
    const { known, emit, control } = question;
    offered ??= await track.take('auto');
    if (offered.backend !== 'webgpu') return;
    const key = sizeKey(offered.adapter, question);
    const before = known[key];
    if (before !== undefined) return track.choose(choiceOf(before));
    emit({ kind: 'racing' });
    // WebGPU last: more often it is the faster one, and its programs are compiled then
    const wasm = await speedOn('wasm', track, question, now);
    const webgpu = wasm === null ? null : await speedOn('webgpu', track, question, now);
    // no steps to time: so few that it does not matter, or the run was ended
    if (wasm === null || webgpu === null || control.signal.aborted) return;
    const speeds = { wasm, webgpu };
    track.choose(choiceOf(speeds));
    emit({ kind: 'raced', key, speeds });
  };
}

/** @returns traces per second; 0 where it failed; null where it ended before it could be timed */
async function speedOn(
  backend: 'wasm' | 'webgpu',
  track: RaceTrack,
  { train, settings, data, control }: RaceQuestion,
  now: () => number,
): Promise<number | null> {
  const over = new AbortController();
  let steps = 0;
  let tracesPerStep = 0;
  let start: { readonly step: number; ms: number } | null = null;
  let speed: number | null = null;

  /** Asked after each step. */
  const whenRunning = async (): Promise<void> => {
    const waitedFrom = now();
    await control.whenRunning();
    if (start !== null) start.ms += now() - waitedFrom;
    steps++;
    if (steps < WARM_UP_STEPS || speed !== null) return;
    if (start === null) {
      await track.settled();
      start = { step: steps, ms: now() };
      return;
    }
    if (now() - start.ms < RACE_MS) return;
    await track.settled();
    speed = (1e3 * tracesPerStep * (steps - start.step)) / (now() - start.ms);
    over.abort();
  };

  const taken = await track.take(backend);
  if (taken.backend !== backend) return 0;
  const device = track.signal();
  try {
    const fitted = await train({
      seed: settings.seed,
      control: {
        signal: AbortSignal.any([control.signal, over.signal, device]),
        stopRequested: control.stopRequested,
        whenRunning,
      },
      onEvent: (event) => {
        if (event.kind === 'progress') tracesPerStep = data.train.length / event.progress.batches;
      },
    });
    if (fitted.ok) fitted.value.dispose();
  } catch {
    return 0; // without room for the model, say: the other backend may have it
  }
  return device.aborted ? 0 : speed;
}

/**
 * What a speed depends on: the adapter, the sizes of the model, and the nodes per trace up to the next
 * power of two.
 */
export function sizeKey(
  adapter: string,
  { detector, settings, data }: Pick<RaceQuestion, 'detector' | 'settings' | 'data'>,
): string {
  const own: unknown = settings.baselines[detector as keyof RunSettings['baselines']];
  const { units, heads, layers, maxNodes, structureDecoder } = settings.model;
  const model = [units, heads, layers, maxNodes, structureDecoder, settings.schedule.batchSize];
  const { traces, train } = data;
  const nodes = train.reduce((sum, trace) => sum + nodeCount(traces, trace), 0) / train.length;
  const upTo = 2 ** Math.ceil(Math.log2(Math.max(1, nodes)));
  return JSON.stringify([adapter, detector, own ?? model, upTo]);
}

function choiceOf({ wasm, webgpu }: BackendSpeeds): AutoChoice {
  const words = (name: string, speed: number): string =>
    speed === 0 ? `${name} failed` : `${name} ${Math.round(speed).toLocaleString('en')} traces/s`;
  const figures = [words('WebGPU', webgpu), words('WASM', wasm)];
  const backend = webgpu > wasm ? 'webgpu' : 'wasm';
  if (backend === 'wasm') figures.reverse();
  return { backend, reason: `the faster in a second of steps on each: ${figures.join(', ')}` };
}
