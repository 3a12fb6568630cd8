/** What the history of a dataset is, as columns that are stored, and back. */
import { type Calibration, calibrate } from '../../statistics/calibration.ts';
import {
  calibratePoolMeasure,
  FOLDS,
  POOL_CALIBRATED,
  type PoolCalibrations,
  type PooledHistory,
} from '../../statistics/pooled-rarity.ts';
import type { StructureResiduals } from '../../statistics/self-time-residuals.ts';
import type { Spreads } from '../../statistics/spread.ts';
import { CALIBRATED, type Calibrations, type Learned } from '../../statistics/trace-rarity.ts';
import type { Columns } from './statistic.ts';
import { pathColumns, pathsOf, structureColumns, structuresOf } from './stored-columns.ts';

const RESIDUAL_PARTS = ['offsetUs', 'mean', 'std', 'weight', 'seen', 'seenStd'] as const;

export const rarityColumns = (learned: Learned, calibrations: Calibrations): Columns => ({
  ...learnedColumns(learned),
  ...calibrationColumns(calibrations),
});

/** A history per fold, each with a prefix of its number. */
export const pooledColumns = ({ folds, calibrations }: PooledHistory): Columns => ({
  ...Object.fromEntries(
    folds.flatMap((learned, fold) =>
      Object.entries(learnedColumns(learned)).map(([name, column]) => [
        `fold${fold}.${name}`,
        column,
      ]),
    ),
  ),
  ...calibrationColumns(calibrations),
});

/** null where the columns are of one history. */
export function pooledOf(columns: Columns): PooledHistory | null {
  if (columns['calibration.rarest'] === undefined) return null;
  const folds = Array.from({ length: FOLDS }, (_, fold) => {
    const prefix = `fold${fold}.`;
    const own = Object.entries(columns).filter(([name]) => name.startsWith(prefix));
    return learnedOf(
      Object.fromEntries(own.map(([name, column]) => [name.slice(prefix.length), column])),
    );
  });
  const calibrations = Object.fromEntries(
    POOL_CALIBRATED.map((name) => [
      name,
      calibratePoolMeasure(name, columns[`calibration.${name}`]!),
    ]),
  ) as PoolCalibrations;
  return { folds, calibrations };
}

const calibrationColumns = (calibrations: Readonly<Record<string, Calibration>>): Columns =>
  Object.fromEntries(
    Object.entries(calibrations).map(([name, { ascending }]) => [
      `calibration.${name}`,
      Float32Array.from(ascending),
    ]),
  );

function learnedColumns({ values, durations, material, residuals }: Learned): Columns {
  const told = residuals.flatMap((one) => one ?? []);
  return {
    ...pathColumns(values),
    ...structureColumns(durations.known),
    'structures.durations': durations.durations,
    'material.usual': material.usualUs,
    'material.usualOfRoot': material.usualOfRootUs,
    'material.usualOfAll': Float32Array.of(material.usualOfAllUs),
    ...spreadColumns('material.node', material.ofNode),
    ...spreadColumns('material.path', material.ofPath),
    ...spreadColumns('material.operation', material.ofOperation),
    // traces that were learnt from, 0 of a structure of which nothing was
    'residuals.traces': Float32Array.from(residuals, (one) =>
      one === null ? 0 : one.seen.length / one.mean.length,
    ),
    ...Object.fromEntries(
      RESIDUAL_PARTS.map((part) => [
        `residuals.${part}`,
        joinColumns(told.map((one) => one[part])),
      ]),
    ),
  };
}

export function rarityOf(columns: Columns): { learned: Learned; calibrations: Calibrations } {
  const calibrations = Object.fromEntries(
    CALIBRATED.map((name): [string, Calibration] => [
      name,
      calibrate(columns[`calibration.${name}`]!),
    ]),
  ) as Calibrations;
  return { learned: learnedOf(columns), calibrations };
}

function learnedOf(columns: Columns): Learned {
  const known = structuresOf(columns);
  const next = Object.fromEntries(RESIDUAL_PARTS.map((part) => [part, 0]));
  const take = (part: (typeof RESIDUAL_PARTS)[number], length: number): Float32Array => {
    const from = next[part]!;
    next[part] = from + length;
    return columns[`residuals.${part}`]!.subarray(from, from + length);
  };
  const residuals = Array.from(
    columns['residuals.traces']!,
    (traces, structure): StructureResiduals | null => {
      const n = known.size[structure]!;
      return traces === 0
        ? null
        : {
            offsetUs: take('offsetUs', n),
            mean: take('mean', n),
            std: take('std', n),
            weight: take('weight', n * n),
            seen: take('seen', n * traces),
            seenStd: take('seenStd', n),
          };
    },
  );
  return {
    values: pathsOf(columns),
    durations: { known, durations: columns['structures.durations']! },
    material: {
      usualUs: columns['material.usual']!,
      usualOfRootUs: columns['material.usualOfRoot']!,
      usualOfAllUs: columns['material.usualOfAll']![0]!,
      ofNode: spreadsIn(columns, 'material.node'),
      ofPath: spreadsIn(columns, 'material.path'),
      ofOperation: spreadsIn(columns, 'material.operation'),
    },
    residuals,
  };
}

const spreadColumns = (name: string, { middle, std }: Spreads): Columns => ({
  [`${name}.middle`]: middle,
  [`${name}.std`]: std,
});

const spreadsIn = (columns: Columns, name: string): Spreads => ({
  middle: columns[`${name}.middle`]!,
  std: columns[`${name}.std`]!,
});

function joinColumns(columns: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    joined.set(column, at);
    at += column.length;
  }
  return joined;
}
