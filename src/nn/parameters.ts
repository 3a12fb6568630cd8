/**
 * The named parameters and buffers of a model, under the authors' names and shapes. The store owns
 * its tensors: `replace` disposes what was there, `dispose` everything.
 */
import { assert } from '../base/assert.ts';
import { createRandom } from '../base/random.ts';
import type { Initialise } from './initialisers.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';

export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialise: Initialise;
  /** Running statistics: stored, never trained. */
  readonly buffer?: boolean;
}

export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What a forward pass needs of the store. */
export interface Parameters {
  /** The store's own tensor, in the shape of its spec: not to be disposed. */
  get<T extends tf.Tensor = tf.Tensor>(name: string): T;
  /** Takes over the tensor, which has the shape of the one that it replaces. */
  replace(name: string, tensor: tf.Tensor): void;
  /**
   * The one thing that is made of the parameters under a name, computed again when one of them has
   * changed. Not to be disposed.
   */
  derived<T extends tf.Tensor>(name: string, compute: () => T): T;
}

/** The same values, whatever becomes of the tensor: on WebGPU training changes it where it lies. */
const copied = byBackend({
  cpu: (tensor: tf.Tensor): tf.Tensor => tf.clone(tensor),
  wasm: 'as cpu',
  webgpu: (kernels, tensor) => kernels.copied(tensor),
});

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** Owns the tensors of the specs, each in its shape; all are unitless. */
export class ParameterStore implements Parameters {
  readonly #specs: readonly ParameterSpec[];
  readonly #tensors = new Map<string, tf.Tensor>();
  readonly #derived = new Map<string, tf.Tensor>();

  private constructor(
    specs: readonly ParameterSpec[],
    valuesOf: (spec: ParameterSpec, index: number) => Float32Array,
  ) {
    this.#specs = specs;
    specs.forEach((spec, index) => {
      const values = valuesOf(spec, index);
      const size = sizeOf(spec.shape);
      assert(values.length === size, `${spec.name}: ${values.length} values, ${size} expected`);
      this.#tensors.set(spec.name, tf.keep(tf.tensor(values, [...spec.shape], 'float32')));
    });
  }

  /**
   * Tensors in the shapes of the specs. Every parameter has its own stream of the seed, so that
   * adding one moves no other.
   *
   * @param start values by name that take the place of drawn ones, but for those that are NaN
   */
  static initialise(
    specs: readonly ParameterSpec[],
    seed: number,
    start: ReadonlyMap<string, Float32Array> = new Map(),
  ): ParameterStore {
    return new ParameterStore(specs, ({ name, shape, initialise }, index) => {
      const drawn = initialise(createRandom(seed, index), sizeOf(shape));
      const given = start.get(name);
      return given === undefined
        ? drawn
        : given.map((value, i) => (Number.isNaN(value) ? drawn[i]! : value));
    });
  }

  /** @param arrays one of each spec's name and shape, in any order; further ones are left alone */
  static load(specs: readonly ParameterSpec[], arrays: readonly NamedArray[]): ParameterStore {
    const byName = new Map(arrays.map((array) => [array.name, array]));
    return new ParameterStore(specs, ({ name, shape }) => {
      const array = byName.get(name);
      assert(array !== undefined, `the stored weights lack ${name}`);
      assert(
        array.shape.join() === shape.join(),
        `${name} is stored as [${array.shape}], the model has [${shape}]`,
      );
      return array.data;
    });
  }

  /** @param values [sum of all sizes] what {@link pack} gave for a store of these specs */
  static unpack(specs: readonly ParameterSpec[], values: Float32Array): ParameterStore {
    let end = 0;
    const store = new ParameterStore(specs, ({ shape }) => {
      const start = end;
      end += sizeOf(shape);
      return values.subarray(start, end);
    });
    assert(end === values.length, `${values.length} packed values, ${end} expected`);
    return store;
  }

  get<T extends tf.Tensor = tf.Tensor>(name: string): T {
    const tensor = this.#tensors.get(name);
    assert(tensor !== undefined, `no parameter ${name}`);
    return tensor as T;
  }

  replace(name: string, tensor: tf.Tensor): void {
    const old = this.get(name);
    assert(
      old.shape.join() === tensor.shape.join(),
      `${name}: [${tensor.shape}] for [${old.shape}]`,
    );
    this.#tensors.set(name, tf.keep(tensor));
    old.dispose();
    for (const [key, value] of this.#derived) {
      if (!name.startsWith(`${key}.`)) continue;
      value.dispose();
      this.#derived.delete(key);
    }
  }

  derived<T extends tf.Tensor>(name: string, compute: () => T): T {
    const known = this.#derived.get(name);
    if (known !== undefined) return known as T;
    const value = tf.keep(tf.tidy(compute));
    this.#derived.set(name, value);
    return value;
  }

  /** Names of trainable parameters, in declaration order. */
  trainable(): string[] {
    return this.#specs.filter(({ buffer }) => !buffer).map(({ name }) => name);
  }

  /** P, the trainable values. */
  parameterCount(): number {
    return this.#specs
      .filter(({ buffer }) => !buffer)
      .reduce((total, { shape }) => total + sizeOf(shape), 0);
  }

  /** The values of now, to be disposed by the caller; but for WebGPU this copies nothing. */
  snapshot(): ReadonlyMap<string, tf.Tensor> {
    return new Map([...this.#tensors].map(([name, tensor]) => [name, tf.keep(copied(tensor))]));
  }

  /** All values, buffers too, one tensor after the other: [sum of all sizes]. */
  async pack(): Promise<Float32Array> {
    return packTensors(this.#tensors);
  }

  /** Back to a {@link snapshot}, which stays the caller's. */
  restore(tensors: ReadonlyMap<string, tf.Tensor>): void {
    for (const [name, tensor] of tensors) this.replace(name, copied(tensor));
  }

  /** All tensors, buffers too, in their shapes. */
  async save(): Promise<NamedArray[]> {
    return saveTensors(this.#tensors);
  }

  dispose(): void {
    for (const tensors of [this.#tensors, this.#derived]) {
      for (const tensor of tensors.values()) tensor.dispose();
      tensors.clear();
    }
  }
}

/** Each tensor's shape and a copy of its values, row-major. */
export async function saveTensors(tensors: ReadonlyMap<string, tf.Tensor>): Promise<NamedArray[]> {
  return Promise.all(
    [...tensors].map(async ([name, tensor]) => ({
      name,
      shape: [...tensor.shape],
      // a copy: the cpu backend hands out its own memory
      data: Float32Array.from(await tensor.data()),
    })),
  );
}

/** All values, one tensor after the other: [sum of all sizes], in the order of the map. */
export async function packTensors(tensors: ReadonlyMap<string, tf.Tensor>): Promise<Float32Array> {
  const list = [...tensors.values()];
  const packed = new Float32Array(list.reduce((total, { size }) => total + size, 0));
  const values = await Promise.all(list.map((tensor) => tensor.data()));
  let start = 0;
  for (const part of values) {
    packed.set(part, start);
    start += part.length;
  }
  return packed;
}
