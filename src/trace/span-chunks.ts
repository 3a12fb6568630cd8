/**
 * Pieces of the ordered spans, each whole in arrays of its own: what crosses the worker door and is
 * stored. A piece has its own dictionary of attributes, so that one trace is read from its piece
 * alone.
 */
import { encodeUtf8, grown } from '../base/bytes.ts';
import type { OrderedSpans } from './ordered-spans.ts';
import { OTHER_VALUE, type SpanFacts, valueText } from './span-facts.ts';
import { stringColumn } from './string-column.ts';

/** Some of the spans, in arrays of their own. */
export interface SpanChunk {
  /** Index of the first among all kept spans. */
  readonly first: number;
  /** [spans] index of the parent among the spans of its trace, -1 for the root */
  readonly parent: Int32Array;
  /** [spans] microseconds since the epoch, NaN where unknown */
  readonly startUs: Float64Array;
  /** [spans] microseconds */
  readonly durationUs: Float64Array;
  /** [spans + 1] */
  readonly idOffset: Uint32Array;
  readonly idBytes: Uint8Array;
  /** [spans] status and kind, see markOf; absent where no span says */
  readonly mark?: Uint8Array;
  /** [attributes * spans] attribute after attribute, 1 + index of the value or 0; absent without any */
  readonly attributeValue?: Uint16Array;
  /** [attributes + 1] */
  readonly nameOffset?: Uint32Array;
  readonly nameBytes?: Uint8Array;
  /** [values + 1] of all attributes */
  readonly valueOffset?: Uint32Array;
  readonly valueBytes?: Uint8Array;
}

/** Of a span without its id and what it carries: parent, start, duration and the offset of the id. */
const SPAN_BYTES = 24;
const VALUE_BYTES = 2;

/**
 * Spans from `first` on, at least one.
 *
 * @param maxBytes of the chunk, unless one span alone is larger
 * @returns null after the last span
 */
export function cutSpans(spans: OrderedSpans, first: number, maxBytes: number): SpanChunk | null {
  const { rows, spanIds, facts } = spans;
  if (first >= rows.length) return null;
  const spanBytes =
    SPAN_BYTES + (facts?.mark ? 1 : 0) + VALUE_BYTES * (facts?.attributes.length ?? 0);
  const dictionary = createChunkDictionary(facts);
  let idBytes = new Uint8Array(1024);
  let idOffset = new Uint32Array(64);
  let end = first;
  let used = 0;
  for (; end < rows.length; end++) {
    const id = spans.span[rows[end]!]!;
    const [from, to] = [spanIds.offset[id]!, spanIds.offset[id + 1]!];
    const next = used + to - from;
    dictionary.add(rows[end]!);
    const bytes = (end - first + 1) * spanBytes + next + dictionary.bytes();
    if (end > first && (bytes > maxBytes || dictionary.isFull())) break;
    idBytes = grown(idBytes, next);
    idBytes.set(spanIds.bytes.subarray(from, to), used);
    idOffset = grown(idOffset, end - first + 2);
    idOffset[end - first + 1] = next;
    used = next;
  }
  const cut = rows.subarray(first, end);
  return {
    first,
    parent: Int32Array.from(cut, (row) => spans.parent[row]!),
    startUs: Float64Array.from(cut, (row) => spans.startUs[row]!),
    durationUs: Float64Array.from(cut, (row) => spans.durationUs[row]!),
    idOffset: idOffset.slice(0, end - first + 1),
    idBytes: idBytes.slice(0, used),
    ...(facts?.mark && { mark: Uint8Array.from(cut, (row) => facts.mark![row]!) }),
    ...dictionary.columns(cut),
  };
}

/** The attributes' values that a chunk uses, numbered in the order in which they come. */
function createChunkDictionary(facts: SpanFacts | undefined) {
  const attributes = facts?.attributes ?? [];
  /** By attribute: the number here of each value there. */
  const numbers = attributes.map(() => new Map<number, number>());
  const texts: string[] = [];
  let bytes = 0;
  return {
    add(row: number): void {
      for (let a = 0; a < attributes.length; a++) {
        const { value, values } = attributes[a]!;
        const there = value[row]!;
        if (there === 0 || numbers[a]!.has(there)) continue;
        const text = valueText(values, there);
        numbers[a]!.set(there, texts.push(text));
        bytes += encodeUtf8(text).length + Uint32Array.BYTES_PER_ELEMENT;
      }
    },
    bytes: () => bytes,
    /** Another span's values might have no number any more. */
    isFull: () => texts.length >= OTHER_VALUE - attributes.length,
    columns(rows: Uint32Array) {
      if (texts.length === 0) return {};
      const names = stringColumn(attributes.map(({ name }) => name));
      const values = stringColumn(texts);
      const attributeValue = new Uint16Array(attributes.length * rows.length);
      attributes.forEach(({ value }, a) => {
        rows.forEach((row, i) => {
          const there = value[row]!;
          if (there !== 0) attributeValue[a * rows.length + i] = numbers[a]!.get(there)!;
        });
      });
      return {
        attributeValue,
        nameOffset: names.offset,
        nameBytes: names.bytes,
        valueOffset: values.offset,
        valueBytes: values.bytes,
      };
    },
  };
}
