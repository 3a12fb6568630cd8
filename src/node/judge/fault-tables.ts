/**
 * faults.csv (fault,start,end,service,type), and the column `fault` of labels.csv: which fault an
 * anomalous trace is of.
 */
import { readFileSync } from 'node:fs';
import { decodeUtf8 } from '../../base/bytes.ts';
import { err, type Failure, ok, type Result } from '../../base/result.ts';
import { createCsvRows } from '../../ingest/csv-rows.ts';
import type { Fault } from '../../judge/judged.ts';

export interface FaultTables {
  readonly faults: readonly Fault[];
  /** Index into `faults` by trace id; null where labels.csv has no such column. */
  readonly faultOfTrace: ReadonlyMap<string, number> | null;
}

export function readFaultTables(
  faultsPath: string,
  labelsPath: string | null,
): Result<FaultTables, Failure> {
  const [header = [], ...rows] = readRows(faultsPath);
  const column = (name: string): number => header.indexOf(name);
  const missing = ['fault', 'start', 'end', 'service', 'type'].find((name) => column(name) < 0);
  if (missing !== undefined) {
    const advice = 'its columns are fault,start,end,service,type';
    return err({ what: `no column ${missing}`, where: faultsPath, advice });
  }
  const faults: Fault[] = [];
  for (const [i, row] of rows.entries()) {
    const cell = (name: string): string => row[column(name)] ?? '';
    const [startSeconds, endSeconds] = [secondsOf(cell('start')), secondsOf(cell('end'))];
    if (Number.isNaN(startSeconds) || Number.isNaN(endSeconds)) {
      const advice = 'write a date such as 2023-01-30T11:51:46+00:00, or seconds since 1970';
      return err({ what: 'a time that is none', where: `${faultsPath}, line ${i + 2}`, advice });
    }
    const { fault, service, type } = {
      fault: cell('fault'),
      service: cell('service'),
      type: cell('type'),
    };
    faults.push({ fault, service, type, startSeconds, endSeconds });
  }
  return ok({ faults, faultOfTrace: labelsPath === null ? null : faultColumn(labelsPath, faults) });
}

function faultColumn(path: string, faults: readonly Fault[]): ReadonlyMap<string, number> | null {
  const [header = [], ...rows] = readRows(path);
  const [trace, fault] = [header.indexOf('traceid'), header.indexOf('fault')];
  if (trace < 0 || fault < 0) return null;
  const indexOf = new Map(faults.map((one, i) => [one.fault, i]));
  return new Map(
    rows.flatMap((row): [string, number][] => {
      const index = indexOf.get(row[fault] ?? '');
      return index === undefined ? [] : [[row[trace]!, index]];
    }),
  );
}

/** Seconds since the epoch: a number, or a date; null where the cell is empty, NaN where it is neither. */
function secondsOf(text: string): number | null {
  if (text === '') return null;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1e3;
}

/** Cells of a small table; the names of its header in lower case. */
function readRows(path: string): string[][] {
  const table: string[][] = [];
  const rows = createCsvRows(({ bytes, start, end, cellCount, fault }) => {
    if (fault !== 'none') return;
    table.push(
      Array.from({ length: cellCount }, (_, i) =>
        decodeUtf8(bytes.subarray(start[i]!, end[i]!)).trim(),
      ),
    );
  });
  rows.push(readFileSync(path));
  rows.finish();
  if (table[0] !== undefined) table[0] = table[0].map((name) => name.toLowerCase());
  return table;
}
