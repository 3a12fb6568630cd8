/** What the history of a dataset is, as columns that are stored, and back. */
import { type Calibration, calibrate } from '../../statistics/calibration.ts';
import type { StructureResiduals } from '../../statistics/self-time-residuals.ts';
import type { Spreads } from '../../statistics/spread.ts';
import { CALIBRATED, type Calibrations, type Learned } from '../../statistics/trace-rarity.ts';
import type { Columns } from './statistic.ts';
import { pathColumns, pathsOf, structureColumns, structuresOf } from './stored-columns.ts';

const RESIDUAL_PARTS = ['offsetUs', 'mean', 'std', 'weight', 'seen', 'seenStd'] as const;

export function rarityColumns(
  { values, durations, material, residuals }: Learned,
  calibrations: Calibrations,
): Columns {
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
    ...Object.fromEntries(
      CALIBRATED.map((name) => [
        `calibration.${name}`,
        Float32Array.from(calibrations[name].ascending),
      ]),
    ),
  };
}

export function rarityOf(columns: Columns): { learned: Learned; calibrations: Calibrations } {
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
  const learned: Learned = {
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
  const calibrations = Object.fromEntries(
    CALIBRATED.map((name): [string, Calibration] => [
      name,
      calibrate(columns[`calibration.${name}`]!),
    ]),
  ) as Calibrations;
  return { learned, calibrations };
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
