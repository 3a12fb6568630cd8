/**
 * Which rows of a table have a text in their trace id, or in the name of an operation of theirs, in
 * any case. Ids are read as the bytes that they are stored as; operations are looked at once.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import {
  operationName,
  type StringColumn,
  structureCount,
  type TraceSet,
} from '../trace/trace-set.ts';

/**
 * @param text  not empty
 * @param trace [R] index into the TraceSet
 * @param among [R] 1 where the row is looked at; all where it is null
 * @returns     [R] 1 where it has the text
 */
export function searchRows(
  traces: TraceSet,
  text: string,
  trace: Uint32Array,
  among: Uint8Array | null,
): Uint8Array {
  const { structureOf } = traces;
  const wanted = text.toLowerCase();
  const named = structuresNamed(traces, wanted);
  const inId = idFinder(traces.traceIds, encodeUtf8(wanted));
  const found = new Uint8Array(trace.length);
  for (let row = 0; row < found.length; row++) {
    if (among !== null && among[row] === 0) continue;
    const t = trace[row]!;
    if (named[structureOf[t]!] === 1 || inId(t)) found[row] = 1;
  }
  return found;
}

/** [S] 1 where an operation of the structure has the text in its name. */
function structuresNamed(traces: TraceSet, wanted: string): Uint8Array {
  const { structures, operations } = traces;
  const named = Uint8Array.from(operations, (_, id) =>
    operationName(traces, id).toLowerCase().includes(wanted) ? 1 : 0,
  );
  const found = new Uint8Array(structureCount(structures));
  if (!named.includes(1)) return found;
  const { nodeOffset, operation } = structures;
  for (let structure = 0; structure < found.length; structure++) {
    for (let node = nodeOffset[structure]!; node < nodeOffset[structure + 1]!; node++) {
      if (named[operation[node]!] === 1) found[structure] = 1;
    }
  }
  return found;
}

/** Whether an id has these bytes in it (Horspool), capital ASCII letters taken for small ones. */
function idFinder({ bytes, offset }: StringColumn, wanted: Uint8Array): (id: number) => boolean {
  const last = wanted.length - 1;
  const small = Uint8Array.from({ length: 256 }, (_, byte) => lowered(byte));
  /** By the byte under the last one of the text: how far the text moves on. */
  const step = Uint32Array.from(small, (byte) => last - wanted.subarray(0, last).lastIndexOf(byte));
  return (id) => {
    const end = offset[id + 1]!;
    let at = offset[id]! + last;
    while (at < end) {
      let i = last;
      while (i >= 0 && small[bytes[at - last + i]!] === wanted[i]) i--;
      if (i < 0) return true;
      at += step[bytes[at]!]!;
    }
    return false;
  };
}

const lowered = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);
