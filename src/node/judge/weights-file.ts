/**
 * What a detector has learnt, beside the file of its run: scoring it again with other settings of
 * scoring, or by other code, then needs no training. One line of JSON (what decided the training,
 * names and shapes), then all numbers as float32, little-endian.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { SavedWeights } from '../../detectors/detector.ts';
import { sameValue } from '../../run/settings.ts';

const WEIGHTS_FILE_FORMAT = 1;

interface Header {
  readonly formatVersion: number;
  readonly key: unknown;
  readonly trainSeconds: number;
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export interface LearntWeights {
  /** Everything that decides the training. */
  readonly key: unknown;
  readonly trainSeconds: number;
  readonly weights: SavedWeights;
}

export function weightsFileBytes({ key, trainSeconds, weights }: LearntWeights): Uint8Array {
  const tensors = weights.tensors.map(({ name, shape }) => ({ name, shape }));
  const header: Header = { formatVersion: WEIGHTS_FILE_FORMAT, key, trainSeconds, tensors };
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(header)}\n`),
    ...weights.tensors.map(({ data }) =>
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    ),
  ]);
}

/** @returns null where there is none, where it is cut off, and where its key is another */
export function readWeightsFile(path: string, key: unknown): LearntWeights | null {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  const header = headerOf(bytes);
  if (header === null || !sameValue(header.key, JSON.parse(JSON.stringify(key)))) return null;
  let at = bytes.indexOf(LINE_FEED) + 1;
  const tensors = header.tensors.map(({ name, shape }) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const end = at + length * Float32Array.BYTES_PER_ELEMENT;
    // a copy: a float32 array begins at a multiple of four
    const data = new Float32Array(Uint8Array.from(bytes.subarray(at, end)).buffer);
    at = end;
    return { name, shape, data };
  });
  if (at !== bytes.length) return null;
  return { key, trainSeconds: header.trainSeconds, weights: { formatVersion: 1, tensors } };
}

const LINE_FEED = 10;

function headerOf(bytes: Buffer): Header | null {
  try {
    const header = JSON.parse(bytes.subarray(0, bytes.indexOf(LINE_FEED)).toString()) as Header;
    return header.formatVersion === WEIGHTS_FILE_FORMAT ? header : null;
  } catch {
    return null;
  }
}
