/**
 * Steps that do the same work on other arrays, thousands of times: of training, or of its loss alone.
 * On WebGPU the work of a step is recorded and asked for again, so that JavaScript makes the arrays
 * and nothing else.
 */

import type { WebGpuKernels } from '../kernels/webgpu-kernels.ts';
import { type Fact, type Recorder, type Recording, sameWork } from '../kernels/webgpu-recorder.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';

export interface Steps {
  /**
   * @param kind    what the work depends on besides the shapes of the arrays
   * @param prepare makes the tensors of a batch from arrays and computes nothing; what it answers
   *                computes: from those tensors, and from others that are changed in place
   * @returns       what was computed, owned by the caller
   */
  take(kind: string, prepare: () => () => tf.Tensor1D): tf.Tensor1D;
  dispose(): void;
}

/** Each step is computed. */
export const plainSteps: Steps = {
  take: (_kind, prepare) => tf.tidy(() => prepare()()),
  dispose() {},
};

/** @param onRefused told once of each kind of step that cannot be recorded: which, and why */
export const createSteps = byBackend({
  cpu: (_onRefused: OnRefused): Steps => plainSteps,
  wasm: 'as cpu',
  webgpu: (kernels, onRefused) =>
    kernels.recorder === null
      ? plainSteps
      : new RecordedSteps(kernels, kernels.recorder, onRefused),
});

type OnRefused = (kind: string, why: string) => void;

/** Recordings held at most; each has a few hundred bind groups. */
const MOST_RECORDINGS = 96;

/** A step whose arrays have these shapes. */
type Bucket =
  /** Recorded once: it may be that it depends on the arrays that it was recorded with. */
  | { readonly kind: 'tried'; readonly recording: Recording; readonly facts: readonly Fact[] }
  | { readonly kind: 'recorded'; readonly recording: Recording; readonly shape: number[] }
  | { readonly kind: 'refused' };

class RecordedSteps implements Steps {
  readonly #kernels: WebGpuKernels;
  readonly #recorder: Recorder;
  readonly #onRefused: OnRefused;
  /** By kind and shapes, the one that was used last at the end. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(kernels: WebGpuKernels, recorder: Recorder, onRefused: OnRefused) {
    this.#kernels = kernels;
    this.#recorder = recorder;
    this.#onRefused = onRefused;
  }

  take(kind: string, prepare: () => () => tf.Tensor1D): tf.Tensor1D {
    return tf.tidy(() => {
      const { made: compute, inputs } = this.#recorder.collect(prepare);
      const key = `${kind}: ${inputs.map((input) => this.#recorder.kindOf(input)).join(' ')}`;
      const bucket = this.#alive(key);
      if (bucket?.kind === 'refused') return compute();
      if (bucket?.kind !== 'recorded') return this.#record(kind, key, bucket, inputs, compute);
      this.#put(key, bucket);
      const into = this.#kernels.output<tf.Tensor1D>(bucket.shape);
      const { recording } = bucket;
      this.#recorder.replay(recording, (place) => this.#recorder.arrayOf(inputs[place]!), into);
      return into;
    });
  }

  dispose(): void {
    for (const bucket of this.#buckets.values()) drop(bucket);
    this.#buckets.clear();
  }

  /** The first step of a bucket is recorded, and the second, which has to come out as the first did. */
  #record(
    kind: string,
    key: string,
    earlier: Bucket | undefined,
    inputs: readonly tf.DataId[],
    compute: () => tf.Tensor1D,
  ): tf.Tensor1D {
    const { result, recording, facts } = this.#recorder.record(
      inputs,
      () => tf.tidy(compute),
      (computed) => {
        const copy = this.#kernels.copied(computed);
        computed.dispose();
        return copy;
      },
    );
    if (earlier !== undefined) drop(earlier);
    if (recording === null) {
      this.#refuse(kind, key, 'something of it outlives it');
    } else if (earlier?.kind !== 'tried') {
      this.#put(key, { kind: 'tried', recording, facts });
    } else if (sameWork(earlier.facts, facts)) {
      this.#put(key, { kind: 'recorded', recording, shape: result.shape });
    } else {
      recording.dispose();
      this.#refuse(kind, key, 'its work depends on the batch');
    }
    return result;
  }

  #refuse(kind: string, key: string, why: string): void {
    const told = [...this.#buckets].some(
      ([other, bucket]) => other.startsWith(`${kind}: `) && bucket.kind === 'refused',
    );
    this.#put(key, { kind: 'refused' });
    if (!told) this.#onRefused(kind, why);
  }

  /** Unless a tensor that it is of was replaced. */
  #alive(key: string): Bucket | undefined {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined || bucket.kind === 'refused' || bucket.recording.alive) return bucket;
    this.#buckets.delete(key);
    return undefined;
  }

  #put(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size <= MOST_RECORDINGS) return;
    const [oldest, dropped] = this.#buckets.entries().next().value!;
    this.#buckets.delete(oldest);
    drop(dropped);
  }
}

function drop(bucket: Bucket): void {
  if (bucket.kind !== 'refused') bucket.recording.dispose();
}
