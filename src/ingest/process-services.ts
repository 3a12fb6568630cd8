/**
 * Services of a Jaeger trace, and what their processes say of all their spans: a span names a process,
 * and the processes may stand behind the spans. Kept for one trace at a time.
 */
import { grown } from '../base/bytes.ts';
import type { TakeAttribute } from './attribute-pairs.ts';
import { ByteInterner } from './byte-interner.ts';
import type { SharedAttributes, SpanFactsTable } from './span-facts-table.ts';

const NONE = -1;

export interface ProcessServices {
  startTrace(firstRow: number): void;
  /** A process of the trace; {@link serviceOf} may ask for it from here on. */
  define(process: number, service: number): void;
  /** The index of a process id. */
  process(bytes: Uint8Array, start: number, end: number): number;
  /** @param ownService of the span itself, should its process not be listed; -1 for none */
  addRow(row: number, process: number, ownService: number): void;
  /** The service of a row of the trace; -1 if it has none. */
  serviceOf(row: number): number;
  /** An attribute of the process that was defined last. */
  readonly attribute: TakeAttribute;
  /** Gives the rows of the trace up to `end` the attributes of their processes. */
  fillAttributes(end: number): void;
}

export function createProcessServices(facts: SpanFactsTable): ProcessServices {
  /** Process ids are "p1", "p2"...: few in the whole file. */
  const ids = new ByteInterner();
  let traces = 0;
  let firstRow = 0;
  /** [process ids] valid where the stamp is the present trace's. */
  let service = new Int32Array(0);
  let stamp = new Uint32Array(0);
  /** [rows of the trace] */
  let processOfRow = new Int32Array(0);
  let ownOfRow = new Int32Array(0);
  /** Processes of the trace that have attributes. */
  const attributes = new Map<number, SharedAttributes>();
  let lastProcess = NONE;

  return {
    startTrace: (row) => {
      traces += 1;
      firstRow = row;
      attributes.clear();
    },
    process: (bytes, start, end) => ids.intern(bytes, start, end),
    define: (process, index) => {
      service = grown(service, process + 1);
      stamp = grown(stamp, process + 1);
      service[process] = index;
      stamp[process] = traces;
      lastProcess = process;
    },
    attribute: (key, bytes, start, end) => {
      const shared = attributes.get(lastProcess) ?? facts.shared();
      attributes.set(lastProcess, shared);
      facts.share(shared, key, bytes, start, end);
    },
    fillAttributes: (end) => {
      if (attributes.size === 0) return;
      for (let row = firstRow; row < end; row++) {
        const shared = attributes.get(processOfRow[row - firstRow]!);
        if (shared) facts.fill(shared, row, row + 1);
      }
    },
    addRow: (row, process, ownService) => {
      const at = row - firstRow;
      processOfRow = grown(processOfRow, at + 1);
      ownOfRow = grown(ownOfRow, at + 1);
      processOfRow[at] = process;
      ownOfRow[at] = ownService;
    },
    serviceOf: (row) => {
      const process = processOfRow[row - firstRow]!;
      const isListed = process !== NONE && stamp[process] === traces;
      return isListed ? service[process]! : ownOfRow[row - firstRow]!;
    },
  };
}
