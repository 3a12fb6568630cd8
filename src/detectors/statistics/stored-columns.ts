/** What statistics learn, as columns that are stored, and back. */
import type { KnownStructures } from '../../statistics/known-structures.ts';
import type { PathValues } from '../../statistics/path-values.ts';
import type { Columns } from './statistic.ts';

export const structureColumns = ({ size, parent, operation, count }: KnownStructures): Columns => ({
  'structures.size': size,
  'structures.parent': parent,
  'structures.operation': operation,
  'structures.count': count,
});

export const structuresOf = (columns: Columns): KnownStructures => ({
  size: columns['structures.size']!,
  parent: columns['structures.parent']!,
  operation: columns['structures.operation']!,
  count: columns['structures.count']!,
});

export const pathColumns = ({ paths, count, durations, selfTimes }: PathValues): Columns => ({
  'paths.caller': Float32Array.from(paths.caller),
  'paths.operation': Float32Array.from(paths.operation),
  'paths.count': count,
  'paths.durations': durations,
  'paths.selfTimes': selfTimes,
});

export const pathsOf = (columns: Columns): PathValues => ({
  paths: {
    caller: Int32Array.from(columns['paths.caller']!),
    operation: Int32Array.from(columns['paths.operation']!),
  },
  count: columns['paths.count']!,
  durations: columns['paths.durations']!,
  selfTimes: columns['paths.selfTimes']!,
});
