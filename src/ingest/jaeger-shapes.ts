/**
 * What is wanted of a Jaeger document, from its API or from its index: its values by the numbers that
 * the reader knows them by.
 */
import { member, type Shape, scalar } from './json-shapes.ts';

export const DOCUMENT = 0;
export const TRACES = 1;
export const TRACE = 2;
export const TRACE_ID = 3;
export const SPANS = 4;
export const SPAN = 5;
export const SPAN_TRACE_ID = 6;
export const SPAN_ID = 7;
export const OPERATION = 8;
export const START = 9;
export const DURATION = 10;
export const PROCESS_ID = 11;
export const OWN_SERVICE = 12;
export const REFERENCE = 13;
export const REFERENCE_TYPE = 14;
export const REFERENCE_TRACE_ID = 15;
export const REFERENCE_SPAN_ID = 16;
export const PROCESS = 17;
export const SERVICE = 18;
export const OTHER = 19;
export const ROW = 20;
export const WITHIN = 21;
export const TAG = 22;
export const TAG_KEY = 23;
export const TAG_VALUE = 24;
export const PROCESS_TAG = 25;
export const PROCESS_TAG_KEY = 26;
export const PROCESS_TAG_VALUE = 27;
export const TAG_FIELDS = 28;
export const TAG_FIELD = 29;
export const OLD_PARENT = 30;
/** Resources of OTLP. */
export const OF_OTHERS = 31;

const tagsShape = (tag: number, key: number, value: number): Shape => ({
  id: tag,
  isDirect: true,
  // A fault in here costs no span.
  isRecord: true,
  element: {
    id: tag,
    members: [
      member('key', scalar(key)),
      member('value', { id: value, scalar: true, members: [], asks: true }),
    ],
  },
});
const spanTags = member('tags', tagsShape(TAG, TAG_KEY, TAG_VALUE));
/** Tags as fields, as the index may have them: dots in their names are @. */
const tagFields = member('tag', {
  id: TAG_FIELDS,
  isRecord: true,
  asks: true,
  anyMember: scalar(TAG_FIELD),
});

const spanMembers = [
  member('traceID', scalar(SPAN_TRACE_ID)),
  member('spanID', scalar(SPAN_ID)),
  member('operationName', scalar(OPERATION)),
  member('references', {
    id: OTHER,
    element: {
      id: REFERENCE,
      members: [
        member('refType', scalar(REFERENCE_TYPE)),
        member('traceID', scalar(REFERENCE_TRACE_ID)),
        member('spanID', scalar(REFERENCE_SPAN_ID)),
      ],
    },
  }),
  // Before references there was one parent.
  member('parentSpanID', scalar(OLD_PARENT)),
  member('startTime', scalar(START)),
  member('duration', scalar(DURATION)),
  spanTags,
  tagFields,
  member('processID', scalar(PROCESS_ID)),
  member('process', {
    id: OTHER,
    members: [member('serviceName', scalar(OWN_SERVICE)), spanTags, tagFields],
  }),
];
const spanShape: Shape = { id: SPAN, isRecord: true, members: spanMembers };
const traceMembers = [
  member('traceID', scalar(TRACE_ID)),
  member('spans', { id: SPANS, element: spanShape }),
  member('processes', {
    id: OTHER,
    anyMember: {
      id: PROCESS,
      members: [
        member('serviceName', scalar(SERVICE)),
        member('tags', tagsShape(PROCESS_TAG, PROCESS_TAG_KEY, PROCESS_TAG_VALUE)),
      ],
    },
  }),
] as const;
const traceShape: Shape = { id: TRACE, members: traceMembers };
const tracesShape: Shape = { id: TRACES, element: traceShape };
const ofOthers: Shape = { id: OF_OTHERS, element: { id: OTHER, scalar: true } };
export const rootShape: Shape = {
  id: DOCUMENT,
  members: [
    ...traceMembers,
    member('data', { ...traceShape, asList: tracesShape }),
    member('resourceSpans', ofOthers),
    member('resource_spans', ofOthers),
    member('batches', ofOthers),
  ],
  asList: tracesShape,
};

const hitShape: Shape = { id: WITHIN, members: [member('_source', spanShape)] };
/** A span alone, as Jaeger's index has it, or an answer or a dump of Elasticsearch with it within. */
const rowShape: Shape = {
  id: ROW,
  isRecord: true,
  members: [
    ...spanMembers,
    ...hitShape.members!,
    member('hits', {
      id: WITHIN,
      members: [member('hits', { id: SPANS, element: hitShape })],
    }),
  ],
};
export const indexShape: Shape = { ...rowShape, asList: { id: SPANS, element: rowShape } };
