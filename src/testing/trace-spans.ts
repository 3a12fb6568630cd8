/** The spans of one trace as they come out of storage. */

import { createTraceSpansBuilder, type TraceSpans } from '../storage/trace-spans.ts';
import type { OrderedSpans } from '../trace/ordered-spans.ts';
import { cutSpans } from '../trace/span-chunks.ts';

/** @param spans of one trace */
export function traceSpansOf(spans: OrderedSpans): TraceSpans {
  const chunk = cutSpans(spans, 0, Number.POSITIVE_INFINITY)!;
  const count = chunk.parent.length;
  const built = createTraceSpansBuilder(count);
  built.add(chunk, 0, count, 0);
  return built.finish();
}
