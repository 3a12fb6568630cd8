/**
 * The labels of a dataset in TADBench's columns, a row per trace: flags of an anomaly, of latency and
 * of structure, and `anomaly_type` (0 normal, 1 latency, 2 structure). A trace without a label has
 * empty cells; which span is the cause is not known of any, so `root_cause` is empty throughout.
 */
import { decodeString } from '../trace/string-column.ts';
import { LABELS, type Label, type TraceSet } from '../trace/trace-set.ts';

const HEADER = 'trace_id,anomaly,latency,structure,root_cause,anomaly_type';
/** By label, behind the id. */
const CELLS: Readonly<Record<Label, string>> = {
  unlabelled: ',,,,',
  normal: '0,0,0,,0',
  time: '1,1,0,,1',
  structure: '1,0,1,,2',
};

/** @returns a header and a line per trace, in the dataset's order */
export function writeTadBenchLabels(traces: TraceSet): string {
  const lines = Array.from(
    traces.label,
    (label, trace) => `${quote(decodeString(traces.traceIds, trace))},${CELLS[LABELS[label]!]}`,
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

const quote = (id: string): string => (/[",\r\n]/.test(id) ? `"${id.replaceAll('"', '""')}"` : id);
