/** What a dataset's merged trees come to as eight hexadecimal digits: equal data have equal ones. */
import { crc32 } from '../base/crc32.ts';
import type { TraceSet } from './trace-set.ts';

/** Of structures and latencies, which are all that a model learns from; names and times are not in it. */
export function dataHash({ structures, structureOf, latencyUs }: TraceSet): string {
  const sum = [structures.parent, structures.operation, structureOf, latencyUs].reduce(
    (crc, { buffer, byteOffset, byteLength }) =>
      crc32(new Uint8Array(buffer, byteOffset, byteLength), crc),
    0,
  );
  return sum.toString(16).padStart(8, '0');
}
