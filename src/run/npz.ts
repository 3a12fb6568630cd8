/**
 * Arrays as one file for NumPy: .npz, a zip of .npy files (format version 1.0 of numpy.lib.format).
 * Numbers are little-endian, as typed arrays are on every machine that runs a browser.
 */
import { zipSync } from 'fflate';

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;

export interface NamedArray {
  /** The key: `numpy.load(file)[name]`. */
  readonly name: string;
  /** In rows: the last index moves first. */
  readonly values: Numbers | readonly string[];
  /** Its product is the number of values. */
  readonly shape: readonly number[];
}

/** Uncompressed: likelihoods of float32 shrink by little, and reading takes longer. */
export const writeNpz = (arrays: readonly NamedArray[]): Uint8Array =>
  zipSync(Object.fromEntries(arrays.map((one) => [`${one.name}.npy`, writeNpy(one)])), {
    level: 0,
  });

const DTYPES: readonly (readonly [new (length: number) => Numbers, string])[] = [
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
  [Int32Array, '<i4'],
  [Uint8Array, '|u1'],
  [Uint16Array, '<u2'],
  [Uint32Array, '<u4'],
];

const MAGIC = Uint8Array.of(0x93, ...new TextEncoder().encode('NUMPY'), 1, 0);
/** Values begin at a multiple of this, so that they can be mapped. */
const ALIGNMENT = 64;

export function writeNpy({ values, shape }: Omit<NamedArray, 'name'>): Uint8Array {
  const [dtype, data] = isNumbers(values)
    ? [dtypeOf(values), new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]
    : utf32(values);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const before = MAGIC.length + 2;
  const length = Math.ceil((before + header.length + 1) / ALIGNMENT) * ALIGNMENT - before;
  const whole = new Uint8Array(before + length + data.length);
  whole.set(MAGIC);
  new DataView(whole.buffer).setUint16(MAGIC.length, length, true);
  whole.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), before);
  whole.set(data, before + length);
  return whole;
}

const isNumbers = (values: NamedArray['values']): values is Numbers => !Array.isArray(values);

function dtypeOf(values: Numbers): string {
  const known = DTYPES.find(([of]) => values instanceof of);
  return known![1];
}

/** Texts of one length, filled up with zeros: four bytes per character, as NumPy has them. */
function utf32(texts: readonly string[]): [string, Uint8Array] {
  const points = texts.map((text) => Array.from(text, (sign) => sign.codePointAt(0)!));
  const longest = Math.max(1, ...points.map(({ length }) => length));
  const all = new Uint32Array(texts.length * longest);
  for (const [i, own] of points.entries()) all.set(own, i * longest);
  return [`<U${longest}`, new Uint8Array(all.buffer)];
}
