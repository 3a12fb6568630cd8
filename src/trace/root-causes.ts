/** What a labels file names as the cause of a trace's anomaly: a service, an operation, or several. */
import { decodeString } from './string-column.ts';
import type { TraceSet } from './trace-set.ts';

/** As the file writes it; '' where none is named. */
export function rootCauseOf({ rootCause }: TraceSet, trace: number): string {
  const cause = rootCause?.of[trace] ?? 0;
  return rootCause === undefined || cause === 0 ? '' : decodeString(rootCause.names, cause - 1);
}
