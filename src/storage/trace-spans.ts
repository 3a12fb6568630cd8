/** The spans of one trace, put together from the chunks that they lie in. */
import { decodeUtf8 } from '../base/bytes.ts';
import type { SpanChunk } from '../trace/span-chunks.ts';

/** The spans of one trace, node after node of its tree, as spanCount says how many. */
export interface TraceSpans {
  /** [spans] index of the parent among these, -1 for the root */
  readonly parent: Int32Array;
  /** [spans] microseconds since the epoch, NaN where unknown */
  readonly startUs: Float64Array;
  /** [spans] microseconds */
  readonly durationUs: Float64Array;
  /** [spans] as the file writes them */
  readonly spanIds: readonly string[];
  /** [spans] status and kind, see markOf; 0 where nothing is known of them */
  readonly mark: Uint8Array;
  /** Those that some of the spans have. */
  readonly attributes: readonly SpanAttribute[];
}

export interface SpanAttribute {
  readonly name: string;
  /** [spans] empty where a span has none */
  readonly values: readonly string[];
}

export type StoredSpanChunk = Omit<SpanChunk, 'first'>;

export interface TraceSpansBuilder {
  /** Spans `start` to `end` of a chunk are those from `at` on of the trace. */
  add(chunk: StoredSpanChunk, start: number, end: number, at: number): void;
  finish(): TraceSpans;
}

/** @param count spans of the trace */
export function createTraceSpansBuilder(count: number): TraceSpansBuilder {
  const columns = {
    parent: new Int32Array(count),
    startUs: new Float64Array(count),
    durationUs: new Float64Array(count),
  };
  const mark = new Uint8Array(count);
  const spanIds = new Array<string>(count);
  /** By name: [spans] values. */
  const attributes = new Map<string, string[]>();

  const addAttributes = (
    { parent, attributeValue, ...dictionary }: StoredSpanChunk,
    start: number,
    end: number,
    at: number,
  ): void => {
    const { nameOffset, nameBytes, valueOffset, valueBytes } = dictionary;
    if (!attributeValue || !nameOffset || !nameBytes || !valueOffset || !valueBytes) return;
    for (let a = 0; a + 1 < nameOffset.length; a++) {
      const name = textAt(nameOffset, nameBytes, a);
      for (let i = start; i < end; i++) {
        const value = attributeValue[a * parent.length + i]!;
        if (value === 0) continue;
        const values = attributes.get(name) ?? new Array<string>(count).fill('');
        attributes.set(name, values);
        values[at + i - start] = textAt(valueOffset, valueBytes, value - 1);
      }
    }
  };

  return {
    add(chunk, start, end, at) {
      for (const name of ['parent', 'startUs', 'durationUs'] as const) {
        columns[name].set(chunk[name].subarray(start, end), at);
      }
      for (let i = start; i < end; i++) {
        spanIds[at + i - start] = textAt(chunk.idOffset, chunk.idBytes, i);
      }
      if (chunk.mark) mark.set(chunk.mark.subarray(start, end), at);
      addAttributes(chunk, start, end, at);
    },
    finish: () => ({
      ...columns,
      spanIds,
      mark,
      attributes: Array.from(attributes, ([name, values]) => ({ name, values })),
    }),
  };
}

const textAt = (offset: Uint32Array, bytes: Uint8Array, index: number): string =>
  decodeUtf8(bytes.subarray(offset[index]!, offset[index + 1]!));
