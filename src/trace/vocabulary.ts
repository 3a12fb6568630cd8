/**
 * The operation vocabulary: ids are ranks of "service/operation" sorted by code unit, from 1;
 * 0 is padding. Next to a kept model its operations come first, and behind them what it never saw. Sorting by code unit (not by locale) makes ids the same on every machine.
 */
import { assert } from '../base/assert.ts';
import type { SpanColumns } from './span-columns.ts';
import type { Operation } from './trace-set.ts';

export interface Vocabulary {
  /** See {@link TraceSet.services}. */
  readonly services: readonly string[];
  /** See {@link TraceSet.operations}. */
  readonly operations: readonly Operation[];
}

export interface RankedOperations {
  /** [spans] rank of the span's operation, from 1; 0 where a fixed vocabulary lacks it. */
  readonly operationOfSpan: Uint32Array;
  /** Service and operation name by rank; entry 0 is padding. */
  readonly names: readonly OperationText[];
}

export interface OperationText {
  readonly service: string;
  readonly name: string;
}

export const PADDING: OperationText = { service: '', name: '' };
export const fullName = ({ service, name }: OperationText): string => `${service}/${name}`;

/**
 * @param known the whole vocabulary as "service/operation", where it is fixed beforehand (that of a
 *              stored model); else it is learnt from the spans
 * @param first those of a kept model, which have the first ranks in their order, met or not
 */
export function rankOperations(
  columns: SpanColumns,
  known?: readonly string[],
  first: readonly OperationText[] = [],
): RankedOperations {
  // A pair of indices is one exact number, so the strings are joined once per distinct pair.
  const pairOf = new Map<number, number>();
  const pairs: OperationText[] = [];
  const pairOfSpan = new Uint32Array(columns.length);
  for (let i = 0; i < columns.length; i++) {
    const key = columns.service[i]! * columns.operations.length + columns.operation[i]!;
    let pair = pairOf.get(key);
    if (pair === undefined) {
      pair = pairs.length;
      pairOf.set(key, pair);
      pairs.push({
        service: columns.services[columns.service[i]!]!,
        name: columns.operations[columns.operation[i]!]!,
      });
    }
    pairOfSpan[i] = pair;
  }

  // "a/b" + "c" and "a" + "b/c" are one operation, as in the authors' id files; the shorter service
  // gives the name, whatever the order of the spans.
  const textOf = new Map((known ?? []).map((text) => [text, splitName(text)]));
  for (const pair of known ? [] : pairs) {
    const held = textOf.get(fullName(pair));
    if (!held || pair.service.length < held.service.length) textOf.set(fullName(pair), pair);
  }
  const firstTexts = new Map(first.map((operation) => [fullName(operation), operation]));
  const further = [...textOf.keys()].filter((text) => !firstTexts.has(text)).sort();
  const ordered = [...firstTexts.keys(), ...further];
  const rankOf = new Map(ordered.map((text, i) => [text, i + 1]));
  const rankOfPair = pairs.map((pair) => rankOf.get(fullName(pair)) ?? 0);

  return {
    operationOfSpan: pairOfSpan.map((pair) => rankOfPair[pair]!),
    names: [PADDING, ...ordered.map((text) => firstTexts.get(text) ?? textOf.get(text)!)],
  };
}

/** A service name rarely holds a slash, an operation name often does. */
function splitName(text: string): OperationText {
  const slash = text.indexOf('/');
  assert(slash > 0, `operation "${text}" is not "service/operation"`);
  return { service: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** All of a vocabulary but padding. */
export const operationsOf = ({ services, operations }: Vocabulary): OperationText[] =>
  operations.slice(1).map(({ service, name }) => ({ service: services[service]!, name }));

/** Services sorted by code unit, 0 the empty one of padding. */
export function buildVocabulary(names: readonly OperationText[]): Vocabulary {
  const services = [...new Set(names.map(({ service }) => service).concat(''))].sort();
  const serviceOf = new Map(services.map((service, i) => [service, i]));
  return {
    services,
    operations: names.map(({ service, name }) => ({ service: serviceOf.get(service)!, name })),
  };
}
