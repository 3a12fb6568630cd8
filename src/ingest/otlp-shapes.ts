/**
 * What is wanted of OTLP as JSON: its values by the numbers that the reader knows them by.
 */
import { member, type Shape, scalar } from './json-shapes.ts';
import { idShape, timeShape } from './otlp-parts.ts';

export const OTHER = 0;
export const RESOURCE_SPANS = 1;
export const ATTRIBUTE = 2;
export const ATTRIBUTE_KEY = 3;
export const ATTRIBUTE_TEXT = 4;
export const SPANS = 5;
export const SPAN = 6;
export const TRACE_ID = 7;
export const SPAN_ID = 8;
export const PARENT_SPAN_ID = 9;
export const NAME = 10;
export const START = 11;
export const END = 12;
export const DOCUMENT = 13;
export const STATUS = 14;
export const ERROR = 15;
export const KIND = 16;
export const STATUS_CODE = 17;
export const SPAN_ATTRIBUTE = 18;
export const SPAN_ATTRIBUTE_KEY = 19;
export const SPAN_ATTRIBUTE_VALUE = 20;
/** Of a resource: of another kind than text. */
export const ATTRIBUTE_OTHER = 21;
/** What a trace of Jaeger or a span of Zipkin has. */
export const OF_OTHERS = 22;

export const RESOURCE_LISTS = ['resourceSpans', 'resource_spans', 'batches'];
export const SCOPE_LISTS = ['scopeSpans', 'scope_spans', 'instrumentationLibrarySpans'];
/** Keys of answers that have traces within. */
export const WRAPPERS = ['result', 'trace', 'traces', 'data'];

/** Values of the kinds that can be kept: no list, map or bytes. */
const attributesShape = (
  attribute: number,
  key: number,
  { text, other }: { readonly text: number; readonly other: number },
): Shape => {
  const members = [
    member('stringValue', scalar(text)),
    member('intValue', scalar(other)),
    member('boolValue', scalar(other)),
    member('doubleValue', scalar(other)),
    member('string_value', scalar(text)),
    member('int_value', scalar(other)),
    member('bool_value', scalar(other)),
    member('double_value', scalar(other)),
  ];
  const value: Shape = { id: text, members, asks: true };
  return {
    id: attribute,
    isDirect: true,
    // A fault in here costs no span.
    isRecord: true,
    element: { id: attribute, members: [member('key', scalar(key)), member('value', value)] },
  };
};

const spansOf = (keys: {
  readonly trace: string;
  readonly span: string;
  readonly parent: string;
  readonly start: string;
  readonly end: string;
}): Shape => ({
  id: OTHER,
  element: {
    id: OTHER,
    members: [
      member('spans', {
        id: SPANS,
        element: {
          id: SPAN,
          isRecord: true,
          members: [
            member(keys.trace, idShape(TRACE_ID)),
            member(keys.span, idShape(SPAN_ID)),
            member(keys.parent, idShape(PARENT_SPAN_ID)),
            member('name', scalar(NAME)),
            member('kind', scalar(KIND)),
            member(keys.start, timeShape(START)),
            member(keys.end, timeShape(END)),
            member(
              'attributes',
              attributesShape(SPAN_ATTRIBUTE, SPAN_ATTRIBUTE_KEY, {
                text: SPAN_ATTRIBUTE_VALUE,
                other: SPAN_ATTRIBUTE_VALUE,
              }),
            ),
            member('status', {
              id: OTHER,
              isRecord: true,
              members: [member('code', scalar(STATUS_CODE))],
            }),
          ],
        },
      }),
    ],
  },
});
const scopesShape = spansOf({
  trace: 'traceId',
  span: 'spanId',
  parent: 'parentSpanId',
  start: 'startTimeUnixNano',
  end: 'endTimeUnixNano',
});
const resourceMembers = [
  member('resource', {
    id: OTHER,
    members: [
      member(
        'attributes',
        attributesShape(ATTRIBUTE, ATTRIBUTE_KEY, {
          text: ATTRIBUTE_TEXT,
          other: ATTRIBUTE_OTHER,
        }),
      ),
    ],
  }),
  member('scopeSpans', scopesShape),
  member('instrumentationLibrarySpans', scopesShape),
  member(
    'scope_spans',
    spansOf({
      trace: 'trace_id',
      span: 'span_id',
      parent: 'parent_span_id',
      start: 'start_time_unix_nano',
      end: 'end_time_unix_nano',
    }),
  ),
] as const;
const resourcesShape: Shape = {
  id: OTHER,
  element: { id: RESOURCE_SPANS, members: resourceMembers },
};

/** @param wrappings how many answers may stand one in the other */
function documentShape(wrappings: number): Shape {
  const members = [
    ...RESOURCE_LISTS.map((key) => member(key, resourcesShape)),
    // A document may be one resource itself.
    ...resourceMembers,
    member('status', scalar(STATUS)),
    member('error', { id: ERROR, members: [], scalar: true }),
    member('spans', { id: OF_OTHERS, element: { id: OTHER, scalar: true } }),
    member('traceId', scalar(OF_OTHERS)),
  ];
  if (wrappings > 0) {
    const within = documentShape(wrappings - 1);
    for (const key of WRAPPERS) members.push(member(key, { ...within, element: within }));
  }
  return { id: DOCUMENT, members };
}
const oneDocument = documentShape(2);
export const rootShape: Shape = { ...oneDocument, element: oneDocument };
