/**
 * The labels of a dataset in TADBench's columns, a row per trace: flags of an anomaly, of latency and
 * of structure, `root_cause` where a labels file named one, and `anomaly_type` (0 normal, 1 latency,
 * 2 structure). What is not labelled has empty cells.
 */
import { rootCauseOf } from '../trace/root-causes.ts';
import { decodeString } from '../trace/string-column.ts';
import { LABELS, type Label, type TraceSet } from '../trace/trace-set.ts';

const HEADER = 'trace_id,anomaly,latency,structure,root_cause,anomaly_type';
/** By label: flags, and the type. */
const CELLS: Readonly<Record<Label, readonly [flags: string, type: string]>> = {
  unlabelled: [',,', ''],
  normal: ['0,0,0', '0'],
  time: ['1,1,0', '1'],
  structure: ['1,0,1', '2'],
};

/** @returns a header and a line per trace, in the dataset's order */
export function writeTadBenchLabels(traces: TraceSet): string {
  const lines = Array.from(traces.label, (label, trace) => {
    const [flags, type] = CELLS[LABELS[label]!];
    const cause = quote(rootCauseOf(traces, trace));
    return `${quote(decodeString(traces.traceIds, trace))},${flags},${cause},${type}`;
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}

const quote = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
