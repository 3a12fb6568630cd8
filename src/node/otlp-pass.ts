/**
 * Spans of OTLP JSON passed on with the scores of their traces as attributes, for whoever samples by
 * attributes behind. Spans are held as they came until their trace is scored; then the trace is one
 * line, an ExportTraceServiceRequest. Nothing of a span is lost or changed but what is added.
 */
import { encodeUtf8 } from '../base/bytes.ts';
import type { SourceFile } from '../ingest/import.ts';
import { createOtlpIds, TRACE_ID_BYTES } from '../ingest/otlp-ids.ts';
import type { ScoredRow } from './scored-row.ts';

interface RawSpan {
  readonly traceId?: unknown;
  readonly attributes?: readonly unknown[];
}
interface RawScope {
  readonly spans?: readonly RawSpan[];
}
interface RawResource {
  readonly scopeSpans?: readonly RawScope[];
}

/** Spans of one trace that stand in one scope of one resource of a document. */
interface Held {
  readonly resource: RawResource;
  readonly scope: RawScope;
  readonly spans: RawSpan[];
}

export interface PassedOn {
  readonly spans: number;
  /** Of them, those with a score. */
  readonly scored: number;
  /** Lines that are no document with `resourceSpans`; they are not passed on. */
  readonly leftOut: number;
}

export interface OtlpPass {
  /** The file, of which what is read is also held. */
  tee(file: SourceFile): SourceFile;
  /** @param ids of all traces that are done, scored or not */
  take(rows: readonly ScoredRow[], ids: readonly string[]): void;
  /** Passes on what is left: spans without a trace that could be read. */
  finish(): PassedOn;
}

/** Traces whose score is remembered, for spans that come late. */
const MOST_REMEMBERED = 100_000;

/** @param put takes lines, each with its end */
export function createOtlpPass(put: (lines: string) => void): OtlpPass {
  const held = new Map<string, Held[]>();
  const scores = new Map<string, readonly unknown[]>();
  const idOf = createIdReader();
  const counts = { spans: 0, scored: 0, leftOut: 0 };
  /** A document of many lines is read at its end, when its traces may be scored already. */
  let isInLines = true;

  const give = (key: string, parts: readonly Held[]): void => {
    const added = scores.get(key) ?? [];
    const spansOf = ({ spans }: Held) =>
      added.length === 0
        ? spans
        : spans.map((span) => ({ ...span, attributes: [...(span.attributes ?? []), ...added] }));
    const resourceSpans = parts.map((part) => ({
      ...part.resource,
      scopeSpans: [{ ...part.scope, spans: spansOf(part) }],
    }));
    for (const { spans } of parts) {
      counts.spans += spans.length;
      if (added.length > 0) counts.scored += spans.length;
    }
    put(`${JSON.stringify({ resourceSpans })}\n`);
  };

  const hold = (document: unknown): boolean => {
    const resources = listIn(document, 'resourceSpans') as readonly RawResource[] | null;
    if (resources === null) return false;
    for (const resource of resources) {
      for (const scope of resource.scopeSpans ?? []) {
        const here = new Map<string, Held>();
        for (const span of scope.spans ?? []) {
          const key = idOf(span.traceId);
          const part = here.get(key) ?? { resource, scope, spans: [] };
          here.set(key, part);
          part.spans.push(span);
        }
        for (const [key, part] of here) {
          if (scores.has(key)) give(key, [part]);
          else held.set(key, [...(held.get(key) ?? []), part]);
        }
      }
    }
    return true;
  };

  const forgetOldest = (): void => {
    if (!isInLines) return;
    for (const key of scores.keys()) {
      if (scores.size <= MOST_REMEMBERED) return;
      scores.delete(key);
    }
  };

  return {
    tee(file) {
      const lines = createLines((text, isWhole) => {
        if (text.trim() === '') return true;
        const document = parsed(text);
        if (document !== undefined && hold(document)) return true;
        if (isWhole) counts.leftOut += 1;
        return false;
      });
      return {
        ...file,
        slice: file.slice,
        stream: () =>
          file.stream().pipeThrough(
            new TransformStream<Uint8Array, Uint8Array>({
              transform: (chunk, controller) => {
                lines.push(chunk);
                isInLines = lines.areLines();
                controller.enqueue(chunk);
              },
              flush: () => lines.finish(),
            }),
          ),
      };
    },
    take(rows, ids) {
      const best = new Map<string, ScoredRow>();
      for (const row of rows) {
        const key = idOf(row.traceId);
        if (row.score >= (best.get(key)?.score ?? Number.NEGATIVE_INFINITY)) best.set(key, row);
      }
      for (const id of ids) {
        const key = idOf(id);
        const row = best.get(key);
        scores.set(key, row === undefined ? [] : attributesOf(row));
        const parts = held.get(key);
        held.delete(key);
        if (parts !== undefined) give(key, parts);
      }
      forgetOldest();
    },
    finish() {
      for (const [key, parts] of held) give(key, parts);
      held.clear();
      return counts;
    },
  };
}

/** As protobuf's JSON mapping writes attributes. */
const attributesOf = ({ score, p, flagged, reason, service, structure }: ScoredRow) => [
  { key: 'tracevae.score', value: { doubleValue: score } },
  { key: 'tracevae.p', value: { doubleValue: p } },
  { key: 'tracevae.flagged', value: { boolValue: flagged === 1 } },
  { key: 'tracevae.structure', value: { stringValue: structure } },
  ...(reason === '' ? [] : [{ key: 'tracevae.reason', value: { stringValue: reason } }]),
  ...(service === '' ? [] : [{ key: 'tracevae.service', value: { stringValue: service } }]),
];

/** One text for all writings of an id, as the import has it; empty for what is none. */
function createIdReader(): (id: unknown) => string {
  const ids = createOtlpIds();
  return (id) => {
    if (typeof id !== 'string') return '';
    const bytes = encodeUtf8(id);
    const length = ids.fromText(bytes, 0, bytes.length, TRACE_ID_BYTES);
    return new TextDecoder().decode(ids.text().subarray(0, length)).replace(/^0+/, '');
  };
}

const listIn = (value: unknown, key: string): readonly unknown[] | null => {
  if (typeof value !== 'object' || value === null) return null;
  const list = (value as Readonly<Record<string, unknown>>)[key];
  return Array.isArray(list) ? list : null;
};

/** Texts, and whole numbers that no double holds: those become texts, which OTLP takes as well. */
const TEXT_OR_LONG = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** undefined of what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(
      text.replace(TEXT_OR_LONG, (found) => (found.startsWith('"') ? found : `"${found}"`)),
    );
  } catch {
    return undefined;
  }
}

/**
 * Lines of a file, or all of it where its first line is no document: one document of many lines.
 *
 * @param read of a line, whether it is a document; of the whole where lines are none
 */
function createLines(read: (text: string, isWhole: boolean) => boolean) {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  let kind: 'unknown' | 'lines' | 'whole' = 'unknown';
  const line = (text: string): void => {
    if (kind === 'lines') read(text, true);
    else if (text.trim() === '' || read(text, false)) kind = text.trim() === '' ? kind : 'lines';
    else {
      kind = 'whole';
      rest = [text, '\n'];
    }
  };
  return {
    areLines: (): boolean => kind !== 'whole',
    push(chunk: Uint8Array): void {
      const text = decoder.decode(chunk, { stream: true });
      const cuts = kind === 'whole' || !text.includes('\n') ? [text] : text.split('\n');
      cuts.forEach((cut, i) => {
        rest.push(cut);
        if (i === cuts.length - 1) return;
        if (kind === 'whole') {
          rest.push('\n');
          return;
        }
        const whole = rest.join('');
        rest = [];
        line(whole);
      });
    },
    finish(): void {
      const text = rest.join('') + decoder.decode();
      if (kind === 'whole') read(text, true);
      else if (text.trim() !== '') read(text, true);
    },
  };
}
