/**
 * Ids and times of OTLP JSON that come in parts, as programs write their objects: an id as its bytes,
 * in a list, a Buffer or an object by index; a time as the halves of a 64-bit number, or as seconds and
 * nanoseconds.
 */
import { parseDecimal } from './csv-fields.ts';
import { member, type Shape, scalar } from './json-shapes.ts';
import { fixedNanos, type Nanoseconds } from './nanoseconds.ts';
import { createOtlpIds, TRACE_ID_BYTES } from './otlp-ids.ts';

/** A byte of an id. */
const BYTE = 101;
const LOW = 102;
const HIGH = 103;
/** Of a pair: seconds, nanoseconds. */
const PAIR = 104;

const byteShape = scalar(BYTE);
/** {"type": "Buffer", "data": [75, 249, …]} or {"0": 75, "1": 249, …} */
export const idShape = (id: number): Shape => ({
  id,
  scalar: true,
  members: [member('type', scalar(0)), member('data', { id: 0, element: byteShape })],
  anyMember: byteShape,
  element: byteShape,
});

export const timeShape = (id: number): Shape => ({
  id,
  scalar: true,
  members: [member('low', scalar(LOW)), member('high', scalar(HIGH))],
  element: scalar(PAIR),
});

export interface OtlpParts {
  /** An id or a time begins that has parts. */
  start(): void;
  number(id: number, bytes: Uint8Array, start: number, end: number): void;
  /** The id that has ended, as {@link OtlpIds.text}, and its length; 0 for none. */
  id(): { readonly text: Uint8Array; readonly length: number };
  /** The time that has ended; NaN where it is none. */
  time(into: Nanoseconds): void;
}

export function createOtlpParts(): OtlpParts {
  const ids = createOtlpIds();
  const bytesOfId = new Uint8Array(TRACE_ID_BYTES);
  let count = 0;
  let low = Number.NaN;
  let high = Number.NaN;
  const pair: number[] = [];

  return {
    start: () => {
      count = 0;
      low = Number.NaN;
      high = Number.NaN;
      pair.length = 0;
    },
    number: (id, bytes, start, end) => {
      const value = parseDecimal(bytes, start, end);
      if (id === BYTE) {
        if (count < TRACE_ID_BYTES) bytesOfId[count] = value;
        count += 1;
      } else if (id === LOW) low = value;
      else if (id === HIGH) high = value;
      else if (id === PAIR && pair.length <= 2) pair.push(value);
    },
    id: () => {
      const length = count > TRACE_ID_BYTES ? 0 : ids.fromBytes(bytesOfId, 0, count);
      return { text: ids.text(), length };
    },
    time: (into) => {
      const [seconds = Number.NaN, nanos = Number.NaN] = pair;
      if (pair.length === 2 && nanos >= 0 && nanos < 1e9) {
        into.seconds = seconds;
        into.nanos = nanos;
      } else if (pair.length === 0 && !Number.isNaN(low + high)) {
        fixedNanos(low >>> 0, high >>> 0, into);
      } else into.seconds = Number.NaN;
    },
  };
}
