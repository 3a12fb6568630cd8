/**
 * TADBench's labels of a trace: `anomaly_type` (0 normal, 1 latency, 2 structure, 3 both), or flags
 * `latency` and `structure`, with `anomaly` where neither is known. Of both kinds at once a trace is a
 * structure anomaly, as in the authors' loader. `root_cause` is read apart, by ./root-causes.ts.
 */
import { labelCode } from '../trace/trace-set.ts';
import { plainName } from './column-names.ts';
import type { CsvRow } from './csv-rows.ts';
import { readLabel } from './label-words.ts';

/** @returns index into LABELS, null where the row's is none */
export type ReadRowLabel = (row: CsvRow) => number | null;

const UNLABELLED = labelCode('unlabelled');
const NORMAL = labelCode('normal');
const STRUCTURE = labelCode('structure');
const TIME = labelCode('time');
const TYPES: ReadonlyMap<string, number> = new Map([
  ['0', NORMAL],
  ['1', TIME],
  ['2', STRUCTURE],
  ['3', STRUCTURE],
  ['both', STRUCTURE],
  ['none', NORMAL],
]);
const LONGEST = 16;

/** Null where the header is not TADBench's: neither a type, nor both flags. */
export function tadBenchLabels(header: readonly string[]): ReadRowLabel | null {
  const names = header.map(plainName);
  const [type, anomaly, latency, structure] = [
    'anomalytype',
    'anomaly',
    'latency',
    'structure',
  ].map((name) => names.indexOf(name)) as [number, number, number, number];

  const labelIn = ({ bytes, start, end }: CsvRow, cell: number): number | null =>
    cell < 0 ? UNLABELLED : readLabel(bytes, start[cell]!, end[cell]!);
  if (type >= 0) {
    return (row) => {
      const { bytes, start, end } = row;
      const length = Math.min(LONGEST, end[type]! - start[type]!);
      const word = String.fromCharCode(...bytes.subarray(start[type]!, start[type]! + length));
      return TYPES.get(word.trim().toLowerCase().replace(/\.0$/, '')) ?? labelIn(row, type);
    };
  }
  if (latency < 0 || structure < 0) return null;
  return (row) => {
    const flags = [structure, latency, anomaly].map((cell) => labelIn(row, cell));
    if (flags.includes(null)) return null;
    const [isStructure, isTime, isAnomaly] = flags.map((flag) => flag === STRUCTURE);
    if (isStructure) return STRUCTURE;
    if (isTime) return TIME;
    return isAnomaly ? STRUCTURE : flags.includes(NORMAL) ? NORMAL : UNLABELLED;
  };
}
