/**
 * A training that begins with the weights of a kept model. Rows of operations and of call paths are
 * told by name, as another dataset numbers them anew; those that the model never saw are drawn.
 */
import { err, ok, type Result } from '../../base/result.ts';
import { NO_CALLER } from '../../features/call-paths.ts';
import type { ParameterSpec } from '../../nn/parameters.ts';
import { fullName, type OperationText } from '../../trace/vocabulary.ts';
import type { FitFailure, StartingModel } from '../detector.ts';
import type { KnownPaths } from './known-paths.ts';
import type { TraceVaeConfig } from './meta.ts';
import { isPathColumn, isPathRow, storedPaths } from './path-decoder.ts';
import { isOfStatus, storedStatus, type UsualStatus } from './status-decoder.ts';
import { traceVaeSpecs } from './trace-vae.ts';

/** Values by parameter, NaN where one is drawn as without a start. */
export type StartValues = ReadonlyMap<string, Float32Array>;

/** What sizes of parameters follow from the dataset besides its operations. */
interface LearntOfData {
  readonly known: KnownPaths | undefined;
  readonly status: UsualStatus | undefined;
}

/** @param operations of the dataset, without padding */
export function startValues(
  config: TraceVaeConfig,
  { weights, operations: theirs, name: model }: StartingModel,
  operations: readonly OperationText[],
  { known, status }: LearntOfData,
): Result<StartValues, FitFailure> {
  const refused = (what: string): Result<never, FitFailure> =>
    err({
      kind: 'unusable-data',
      what: `the weights of the model ${model} do not fit these settings: ${what}`,
      where: 'where training starts',
      advice: 'choose the settings of the model, or start at random',
    });
  const theirPaths = storedPaths(weights);
  if ((known === undefined) !== (theirPaths === undefined)) {
    return refused('its structure decoder is another one');
  }
  const count = theirs.length + 1;
  const idOf = new Map(theirs.map((text, i) => [fullName(text), i + 1]));
  const rowOf = [0, ...operations.map((text) => idOf.get(fullName(text)) ?? -1)];
  const twice = [...rowOf, ...rowOf.map((row) => (row < 0 ? row : count + row))];
  const pathOf =
    known === undefined || theirPaths === undefined ? [] : sharedPaths(known, rowOf, theirPaths);

  const theirStatus = storedStatus(weights);
  const stored = new Map(weights.tensors.map((tensor) => [tensor.name, tensor]));
  const grown = byName(traceVaeSpecs(config, count + 1, theirPaths, theirStatus));
  const asKept = byName(traceVaeSpecs(config, count, theirPaths, theirStatus));
  const values = new Map<string, Float32Array>();
  for (const { name, shape } of traceVaeSpecs(config, rowOf.length, known, status)) {
    if (isPathColumn(name)) continue; // of the dataset, not learnt
    if (isOfStatus(name) && theirStatus === undefined) continue; // its traces had no errors
    const tensor = stored.get(name);
    const expected = asKept.get(name);
    if (tensor === undefined || expected?.shape.join() !== tensor.shape.join()) {
      return refused(`${name} is [${shape}] here and [${tensor?.shape ?? 'missing'}] there`);
    }
    const axis = grown.get(name)!.shape.findIndex((size, i) => size !== tensor.shape[i]);
    if (isPathRow(name)) values.set(name, gather(tensor, 0, pathOf));
    else if (axis < 0) values.set(name, tensor.data);
    // a logit per operation twice, see status-decoder.ts
    else values.set(name, gather(tensor, axis, tensor.shape[axis] === 2 * count ? twice : rowOf));
  }
  return ok(values);
}

const byName = (specs: readonly ParameterSpec[]): ReadonlyMap<string, ParameterSpec> =>
  new Map(specs.map((spec) => [spec.name, spec]));

/** @returns [P] for each path here the same one there, -1 for none */
function sharedPaths(
  { caller, operation }: KnownPaths,
  rowOf: readonly number[],
  theirs: KnownPaths,
): number[] {
  const key = (above: number, id: number): string => `${above} ${id}`;
  const there = new Map(
    Array.from(theirs.caller, (above, path) => [key(above, theirs.operation[path]!), path]),
  );
  const pathOf: number[] = [];
  // callers stand before the called
  caller.forEach((above, path) => {
    const aboveThere = above < 0 ? NO_CALLER : pathOf[above]!;
    const lost = above >= 0 && aboveThere < 0;
    pathOf.push(lost ? -1 : (there.get(key(aboveThere, rowOf[operation[path]!]!)) ?? -1));
  });
  return pathOf;
}

/** Slices along an axis in another order, NaN where there is none. */
function gather(
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
  axis: number,
  from: readonly number[],
): Float32Array {
  const size = (sizes: readonly number[]): number => sizes.reduce((all, one) => all * one, 1);
  const inner = size(shape.slice(axis + 1));
  const outer = size(shape.slice(0, axis));
  const rows = shape[axis]!;
  const gathered = new Float32Array(outer * from.length * inner).fill(Number.NaN);
  for (let block = 0; block < outer; block++) {
    from.forEach((row, at) => {
      if (row < 0) return;
      const start = (block * rows + row) * inner;
      gathered.set(data.subarray(start, start + inner), (block * from.length + at) * inner);
    });
  }
  return gathered;
}
