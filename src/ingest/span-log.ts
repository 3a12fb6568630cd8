/**
 * The spans of a file that is a tree (JSON, protobuf): their count, their places, and what the
 * ledger is told of them. A span's number is its ordinal in the file; its path is put together only
 * for an example, from the list that it stands in.
 */
import { grown } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import type { LedgerBuilder, LedgerExample, Reason } from '../trace/ledger.ts';
import type { JsonPlace } from './json-handler.ts';

export const UNKNOWN_SERVICE = 'unknown-service';
export const UNKNOWN_OPERATION = 'unknown';

/** Indices in the path to a list of spans; no format has more. */
const MAX_INDICES = 4;
/** Longer trace ids are left out of examples. */
const MAX_SHOWN_ID_BYTES = 200;

/** Says where a reader stands. */
export interface TreePosition {
  /**
   * Clears both and appends the path: names, and -1 for each index of a list, whose values go to
   * `indices`.
   */
  locate(names: (string | -1)[], indices: number[]): void;
  /** The line on which the present document begins, from 1. */
  documentLine(): number;
}

/** Asked for only where an example is kept. */
type TraceText = () => string | undefined;

export interface SpanLog {
  /** The list whose elements are spans begins at this position. */
  startList(position: TreePosition): void;
  /** A span begins; its ordinal, from 1. */
  startSpan(): number;
  /** Another span out of what the last one stands in; its ordinal. */
  startAnother(): number;
  /** What began last is no span after all. */
  forgetSpan(): void;
  spansRead(): number;
  /** The last span is lost. */
  lose(reason: Reason, traceId?: TraceText): void;
  /** A span was mended. */
  mend(reason: Reason, ordinal: number, traceId: TraceText): void;
  /** What should have been a span, or hold spans, is lost; counts as one span. */
  loseAt(reason: Reason, position: TreePosition, place?: Partial<LedgerExample>): void;
  /** Loses the last span, which is not finished, at this byte. */
  loseUnfinished(reason: Reason, byte: number): void;
  /** A document is broken off, or the file ends within one: the last span, or what should have been one. */
  loseRest(
    reason: 'malformed-row' | 'truncated-file',
    isInSpan: boolean,
    position: TreePosition,
    place: JsonPlace,
  ): void;
  /** What to say of a file that is at its end, of which no span was read or lost; else null. */
  nothing(what: string, advice: string): Failure | null;
  locate(ordinal: number): LedgerExample;
}

export function createSpanLog(fileName: string, ledger: LedgerBuilder): SpanLog {
  let spansRead = 0;
  /** The few ways that lead to spans, by their names. */
  const shapes: (string | -1)[][] = [];
  /** Per list of spans: its way and the indices on it, its line, and the spans before it. */
  let lists = 0;
  let shapeOf = new Uint8Array(0);
  let indices = new Uint32Array(0);
  let lineOf = new Uint32Array(0);
  let spansBefore = new Uint32Array(0);
  /** Ordinals of spans that stand in the same element as the one before. */
  const others: number[] = [];
  const path: (string | -1)[] = [];
  const values: number[] = [];

  const shapeIndex = (): number => {
    const last = lists > 0 ? shapeOf[lists - 1]! : -1;
    if (last >= 0 && sameNames(shapes[last]!, path)) return last;
    const known = shapes.findIndex((names) => sameNames(names, path));
    return known >= 0 ? known : shapes.push([...path]) - 1;
  };

  const startList = (position: TreePosition): void => {
    // A list without spans needs no place.
    if (lists > 0 && spansBefore[lists - 1] === spansRead) lists -= 1;
    position.locate(path, values);
    shapeOf = grown(shapeOf, lists + 1);
    indices = grown(indices, (lists + 1) * MAX_INDICES);
    lineOf = grown(lineOf, lists + 1);
    spansBefore = grown(spansBefore, lists + 1);
    shapeOf[lists] = shapeIndex();
    for (let i = 0; i < MAX_INDICES; i++) indices[lists * MAX_INDICES + i] = values[i] ?? 0;
    lineOf[lists] = position.documentLine();
    spansBefore[lists] = spansRead;
    lists += 1;
  };

  const othersUpTo = (ordinal: number): number => {
    let low = 0;
    for (let high = others.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (others[middle]! <= ordinal) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const example = (
    place: Partial<LedgerExample>,
    line: number,
    text: string,
    traceId: string | undefined,
  ): LedgerExample => ({
    file: fileName,
    ...place,
    // Of a file that is one document the first line says nothing.
    ...(line > 1 ? { line } : {}),
    ...(text === '' ? {} : { path: text }),
    ...(traceId === undefined || traceId.length > MAX_SHOWN_ID_BYTES ? {} : { traceId }),
  });

  const locate = (
    ordinal: number,
    traceId?: string,
    place: Partial<LedgerExample> = {},
  ): LedgerExample => {
    let low = 0;
    for (let high = lists; high - low > 1; ) {
      const middle = (low + high) >>> 1;
      if (spansBefore[middle]! < ordinal) low = middle;
      else high = middle;
    }
    const before = spansBefore[low] ?? 0;
    const element = ordinal - before - othersUpTo(ordinal) + othersUpTo(before) - 1;
    const own = indices.subarray(low * MAX_INDICES, (low + 1) * MAX_INDICES);
    const list = pathText(shapes[shapeOf[low]!] ?? [], own);
    return example(place, lineOf[low] ?? 1, `${list}[${element}]`, traceId);
  };

  const loseAt: SpanLog['loseAt'] = (reason, position, place = {}) => {
    spansRead += 1;
    ledger.add(reason, 1, () => {
      position.locate(path, values);
      // The element is what was lost, whatever member of it was being read.
      const names = path.slice(0, path.lastIndexOf(-1) + 1);
      return example(place, position.documentLine(), pathText(names, values), undefined);
    });
  };
  const loseUnfinished: SpanLog['loseUnfinished'] = (reason, byte) =>
    ledger.add(reason, 1, () => locate(spansRead, undefined, { byte }));

  return {
    startList,
    startSpan: () => {
      spansRead += 1;
      return spansRead;
    },
    startAnother: () => {
      spansRead += 1;
      others.push(spansRead);
      return spansRead;
    },
    forgetSpan: () => {
      spansRead -= 1;
    },
    spansRead: () => spansRead,
    lose: (reason, traceId) => ledger.add(reason, 1, () => locate(spansRead, traceId?.())),
    mend: (reason, ordinal, traceId) => ledger.add(reason, 1, () => locate(ordinal, traceId())),
    loseAt,
    loseUnfinished,
    loseRest: (reason, isInSpan, position, { byte, line }) => {
      if (isInSpan) loseUnfinished(reason, byte);
      // Where a file ends says no more of the document than where that begins.
      else loseAt(reason, position, reason === 'truncated-file' ? { byte } : { byte, line });
    },
    nothing: (what, advice) => (spansRead > 0 ? null : { what, where: fileName, advice }),
    locate,
  };
}

const sameNames = (a: readonly (string | -1)[], b: readonly (string | -1)[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);

/** `data[3].spans`: names joined by dots, indices in brackets. */
function pathText(names: readonly (string | -1)[], indices: ArrayLike<number>): string {
  let text = '';
  let next = 0;
  for (const name of names) {
    if (name === -1) {
      text += `[${indices[next] ?? 0}]`;
      next += 1;
    } else text += text === '' ? name : `.${name}`;
  }
  return text;
}
