/**
 * A segment document of AWS X-Ray as it is read: what is wanted of it, and the segment with all its
 * subsegments, which are held until it ends. A document has at most 64 KB where X-Ray takes it.
 */

import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import type { Microseconds } from '../base/units.ts';
import { isBlank, parseDecimal } from './csv-fields.ts';
import { parseTime } from './csv-times.ts';
import { equalBytes, type Member, member, type Shape, scalar } from './json-shapes.ts';
import { MAX_NAME_BYTES } from './span-reader.ts';
import type { SpanTable } from './span-table.ts';

/** Ids of shapes are the caller's from here on. */
export const FIRST_FREE_ID = 20;
export const SEGMENT = 1;
const OTHER = 0;
const TRACE_ID = 2;
const ID = 3;
const PARENT_ID = 4;
const NAME = 5;
const START = 6;
const END = 7;
const TYPE = 8;
const NAMESPACE = 9;
const FAILED = 10;
const HTTP_STATUS = 11;
const DATABASE = 12;

const object = (...members: readonly Member[]): Shape => ({ id: OTHER, members });
const members: Member[] = [
  member('id', scalar(ID)),
  member('name', scalar(NAME)),
  member('start_time', scalar(START)),
  member('end_time', scalar(END)),
  member('trace_id', scalar(TRACE_ID)),
  member('parent_id', scalar(PARENT_ID)),
  member('type', scalar(TYPE)),
  member('namespace', scalar(NAMESPACE)),
  member('fault', scalar(FAILED)),
  member('error', scalar(FAILED)),
  member('throttle', scalar(FAILED)),
  member('http', object(member('response', object(member('status', scalar(HTTP_STATUS)))))),
  member('sql', object(member('database_type', scalar(DATABASE)))),
];
export const segmentShape: Shape = { id: SEGMENT, isRecord: true, members };
// Subsegments may have subsegments.
members.push(member('subsegments', { id: OTHER, element: segmentShape }));

export const NONE = -1;

/** Held of one document; X-Ray takes 64 KB of one. More are lost. */
export const MOST_SEGMENTS = 100_000;

/** Indices of names and ids are the span table's, or {@link NONE}. */
export interface Segment {
  trace: number;
  span: number;
  parent: number;
  service: number;
  operation: number;
  /** NaN where it is missing, as the end of a segment in progress. */
  startUs: Microseconds;
  endUs: Microseconds;
  /** In a document of its own: a subsegment all the same. */
  isSubsegment: boolean;
  /** A call of another service. */
  isCall: boolean;
  failed: boolean;
  /** NaN where it is missing. */
  httpStatus: number;
  database: string;
  /** Whether it was not JSON, or broken off. */
  faulty: boolean;
  readonly inside: Segment | null;
}

export interface SegmentCollector {
  /** Whether a segment has begun and not ended. */
  isOpen(): boolean;
  enter(): void;
  /** The segment and all in it, the outermost first, where that ends; null within it. */
  leave(faulty: boolean): readonly Segment[] | null;
  /** Segments of the last document beyond {@link MOST_SEGMENTS}. */
  dropped(): number;
  /** What is there of a document that breaks off. */
  breakOff(): readonly Segment[];
  text(id: number, bytes: Uint8Array, start: number, end: number): void;
  number(id: number, bytes: Uint8Array, start: number, end: number): void;
  truth(id: number, value: boolean): void;
}

const SUBSEGMENT = encodeUtf8('subsegment');
const LONGEST_DATABASE = 100;

export function createSegmentCollector(table: SpanTable): SegmentCollector {
  let all: Segment[] = [];
  let begun = 0;
  let dropped = 0;
  const open: Segment[] = [];

  const take = (): readonly Segment[] => {
    const taken = all;
    dropped = begun - taken.length;
    begun = 0;
    all = [];
    open.length = 0;
    return taken;
  };
  type Dictionary = SpanTable['spanIds'];
  const isName = (bytes: Uint8Array, start: number, end: number): boolean =>
    end - start <= MAX_NAME_BYTES && !isBlank(bytes, start, end);
  const internId = (ids: Dictionary, bytes: Uint8Array, start: number, end: number): number =>
    isName(bytes, start, end) ? ids.internId(bytes, start, end) : NONE;

  return {
    isOpen: () => open.length > 0,
    enter: () => {
      const segment: Segment = {
        trace: NONE,
        span: NONE,
        parent: NONE,
        service: NONE,
        operation: NONE,
        startUs: Number.NaN,
        endUs: Number.NaN,
        isSubsegment: false,
        isCall: false,
        failed: false,
        httpStatus: Number.NaN,
        database: '',
        faulty: false,
        inside: open.at(-1) ?? null,
      };
      begun += 1;
      if (all.length < MOST_SEGMENTS) all.push(segment);
      open.push(segment);
    },
    leave: (faulty) => {
      const segment = open.pop();
      if (!segment) return null;
      segment.faulty ||= faulty;
      return open.length === 0 ? take() : null;
    },
    dropped: () => dropped,
    breakOff: () => {
      for (const segment of open) segment.faulty = true;
      return take();
    },
    text: (id, bytes, start, end) => {
      const segment = open.at(-1);
      if (!segment) return;
      switch (id) {
        case TRACE_ID:
          segment.trace = internId(table.traceIds, bytes, start, end);
          break;
        case ID:
          segment.span = internId(table.spanIds, bytes, start, end);
          break;
        case PARENT_ID:
          segment.parent = internId(table.spanIds, bytes, start, end);
          break;
        case NAME:
          if (!isName(bytes, start, end)) break;
          segment.operation = table.operations.intern(bytes, start, end);
          if (!segment.inside) segment.service = table.services.intern(bytes, start, end);
          break;
        case TYPE:
          segment.isSubsegment = equalBytes(SUBSEGMENT, bytes, start, end);
          break;
        case NAMESPACE:
          segment.isCall = end > start;
          break;
        case DATABASE:
          segment.database = decodeUtf8(
            bytes.subarray(start, Math.min(end, start + LONGEST_DATABASE)),
          );
          break;
        // What has been through a database or a script may have its times as texts, or as dates.
        case START:
          segment.startUs = parseTime(bytes, start, end, 's');
          break;
        case END:
          segment.endUs = parseTime(bytes, start, end, 's');
      }
    },
    number: (id, bytes, start, end) => {
      const segment = open.at(-1);
      if (!segment) return;
      if (id === START) segment.startUs = parseDecimal(bytes, start, end, 6);
      else if (id === END) segment.endUs = parseDecimal(bytes, start, end, 6);
      else if (id === HTTP_STATUS) segment.httpStatus = parseDecimal(bytes, start, end);
    },
    truth: (id, value) => {
      const segment = open.at(-1);
      if (segment && id === FAILED) segment.failed ||= value;
    },
  };
}
