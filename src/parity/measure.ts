/** How far computed numbers are from reference numbers, by the measure of the golden files. */

/** Numbers as JSON nests them. */
export type Nested = number | readonly Nested[];

/** A reference array as golden files store parameters. */
export interface FlatArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: readonly number[];
}

/** What the golden files state: |a - b| <= tolerance (1 + |b|). */
export const TOLERANCE = {
  exact: 0,
  /** Milliseconds and standardised latencies, which the importer stores as float32. */
  float32: 1e-6,
  value: 1e-4,
  /** log q(z), log q(z2): dimensions clipped at log std = -7 divide by 9e-4. */
  logQ: 5e-4,
  gradient: 1e-3,
} as const;

/** `not-reached`: past the tolerance for a reason that the decisions explain. */
export type QuantityStatus = 'ok' | 'failed' | 'not-reached';

/** One compared quantity: what its worst number is, and where. */
export interface Quantity {
  readonly name: string;
  /** Numbers compared. */
  readonly count: number;
  /** The largest |a - b|. */
  readonly absolute: number;
  /** The largest |a - b| / (1 + |b|), which is what is judged. */
  readonly relative: number;
  /** Trace or parameter, and index, of `relative`. */
  readonly where: string;
  readonly tolerance: number;
  readonly status: QuantityStatus;
}

/** One trace's or one parameter's share of a quantity. */
export interface ComparedPart {
  readonly at: string;
  readonly actual: ArrayLike<number>;
  readonly expected: Nested | FlatArray;
}

type Worst = Pick<Quantity, 'count' | 'absolute' | 'relative' | 'where'>;

const isFlat = (values: Nested | FlatArray): values is FlatArray =>
  typeof values === 'object' && 'data' in values;

const flatten = (values: Nested): number[] =>
  typeof values === 'number' ? [values] : values.flatMap((value) => flatten(value));

const shapeOf = (values: Nested | undefined): number[] =>
  typeof values === 'object' ? [values.length, ...shapeOf(values[0])] : [];

/** [2][3] of a flat index. */
function place(index: number, shape: readonly number[]): string {
  let rest = index;
  const indices: number[] = [];
  for (const size of shape.toReversed()) {
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return indices.map((i) => `[${i}]`).join('');
}

/** The worst number of all parts; infinite where lengths differ or a number is not finite. */
export function worstOf(parts: readonly ComparedPart[]): Worst {
  let [count, absolute, relative, where] = [0, 0, 0, '-'];
  for (const { at, actual, expected } of parts) {
    const b = isFlat(expected) ? expected.data : flatten(expected);
    const shape = isFlat(expected) ? expected.shape : shapeOf(expected);
    if (actual.length !== b.length) {
      return {
        count,
        absolute: Number.POSITIVE_INFINITY,
        relative: Number.POSITIVE_INFINITY,
        where: `${at}: ${actual.length} numbers for ${b.length}`,
      };
    }
    count += b.length;
    for (let i = 0; i < b.length; i++) {
      const difference = Math.abs(actual[i]! - b[i]!);
      const off = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
      absolute = Math.max(absolute, off);
      const scaled = off / (1 + Math.abs(b[i]!));
      if (scaled > relative || where === '-') {
        relative = scaled;
        where = `${at}${place(i, shape)}`;
      }
    }
  }
  return { count, absolute, relative, where };
}

/** The largest |a - b| / (1 + |b|); infinity where lengths differ or a number is not finite. */
export const deviation = (actual: ArrayLike<number>, expected: Nested | FlatArray): number =>
  worstOf([{ at: '', actual, expected }]).relative;

/** Where quantities go as they are compared. */
export type Report = (quantity: Quantity) => void;

/** Compares and reports one quantity. */
export function compare(
  report: Report,
  name: string,
  tolerance: number,
  parts: readonly ComparedPart[],
): void {
  const worst = worstOf(parts);
  const status = worst.count > 0 && worst.relative <= tolerance ? 'ok' : 'failed';
  report({ name, ...worst, tolerance, status });
}

/**
 * A row a trace of what was computed for all of them.
 *
 * @param actual   row-major, as many numbers for each name
 * @param expected one a name
 */
export function rowParts(
  names: readonly string[],
  actual: Float32Array | Float64Array,
  expected: readonly Nested[],
): ComparedPart[] {
  const width = actual.length / names.length;
  return names.map((at, i) => ({
    at,
    actual: actual.subarray(i * width, (i + 1) * width),
    expected: expected[i] ?? [],
  }));
}
