/**
 * Odd traces by kind: those of which the sentence's first reason is the same, that is the same calls
 * missing or new, the same call slow, an error at the same place. One pass over the rows.
 */
import { formatMsRange } from '../base/number-words.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { clause, isMost, type Oddity } from './sentence.ts';

/** What traces of one kind share. */
export interface KindHead {
  /** Stands for the kind in an address; holds no name. */
  readonly key: string;
  /** Of the first trace that was met; null: nothing stands out. */
  readonly oddity: Oddity | null;
}

/** Kinds of traces as far as they were asked for. */
export interface KindColumn {
  /** [T] index into {@link heads}, -1 where it is not known yet */
  readonly of: Int32Array;
  readonly heads: KindHead[];
  /** Index by key. */
  readonly byKey: Map<string, number>;
}

export const emptyKinds = (traces: number): KindColumn => ({
  of: new Int32Array(traces).fill(-1),
  heads: [],
  byKey: new Map(),
});

/** @param oddities of the trace, the most telling first */
export function noteKind(column: KindColumn, trace: number, oddities: readonly Oddity[]): void {
  const oddity = oddities[0] ?? null;
  const key = kindKey(oddity);
  let kind = column.byKey.get(key);
  if (kind === undefined) {
    kind = column.heads.push({ key, oddity }) - 1;
    column.byKey.set(key, kind);
  }
  column.of[trace] = kind;
}

/** A group of a list's rows. */
export interface TraceKind extends KindHead {
  /** Rows, and where they begin in the list. */
  readonly traces: number;
  readonly start: number;
  /** ms since the epoch; null where no start is known */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** What its slow calls, or traces, took; null of other kinds. */
  readonly tookMs: readonly [number, number] | null;
}

/**
 * @param rows    of a list, in its order
 * @param traceOf [R] trace of each row
 * @returns       the same rows kind by kind, the most frequent kind first, each in the order before
 */
export function groupByKind(
  traces: TraceSet,
  rows: Uint32Array,
  traceOf: Uint32Array,
  { of, heads }: KindColumn,
): { readonly rows: Uint32Array; readonly kinds: readonly TraceKind[] } {
  const counts = new Uint32Array(heads.length);
  const [first, last] = [
    filled(heads, Number.POSITIVE_INFINITY),
    filled(heads, Number.NEGATIVE_INFINITY),
  ];
  const [least, most] = [
    filled(heads, Number.POSITIVE_INFINITY),
    filled(heads, Number.NEGATIVE_INFINITY),
  ];
  for (const row of rows) {
    const trace = traceOf[row]!;
    const kind = of[trace]!;
    counts[kind]! += 1;
    const start = traces.startUs[trace]! / 1e3;
    if (start < first[kind]!) first[kind] = start;
    if (start > last[kind]!) last[kind] = start;
    const took = traces.latencyUs[traces.nodeOffset[trace]!]! / 1e3;
    if (took < least[kind]!) least[kind] = took;
    if (took > most[kind]!) most[kind] = took;
  }
  const order = Array.from(counts.keys())
    .filter((kind) => counts[kind]! > 0)
    .sort((a, b) => counts[b]! - counts[a]! || a - b);
  const next = new Uint32Array(heads.length);
  const kinds: TraceKind[] = [];
  let start = 0;
  for (const kind of order) {
    const known = first[kind]! <= last[kind]!;
    const head = heads[kind]!;
    kinds.push({
      ...head,
      traces: counts[kind]!,
      start,
      firstMs: known ? first[kind]! : null,
      lastMs: known ? last[kind]! : null,
      tookMs: isSlow(head.oddity) ? [least[kind]!, most[kind]!] : null,
    });
    next[kind] = start;
    start += counts[kind]!;
  }
  const grouped = new Uint32Array(rows.length);
  for (const row of rows) grouped[next[of[traceOf[row]!]!]!++] = row;
  return { rows: grouped, kinds };
}

/** Rows of one kind; none where nobody has the key. */
export function rowsOfKind(
  rows: Uint32Array,
  traceOf: Uint32Array,
  { of, byKey }: KindColumn,
  key: string,
): Uint32Array {
  const kind = byKey.get(key) ?? -2;
  return rows.filter((row) => of[traceOf[row]!] === kind);
}

const filled = (heads: readonly KindHead[], value: number): Float64Array =>
  new Float64Array(heads.length).fill(value);

const isSlow = (oddity: Oddity | null): boolean =>
  oddity?.kind === 'slow' || oddity?.kind === 'slow-whole';

/** In a word or two, for a column. */
export const KIND_NAMES: Readonly<Record<Oddity['kind'] | 'whole' | 'none', string>> = {
  missing: 'missing calls',
  new: 'new calls',
  combination: 'new structure',
  error: 'error',
  slow: 'slow call',
  'slow-whole': 'slow as a whole',
  whole: 'as a whole',
  none: 'nothing odd',
};

/** What the sentences of a kind have in common. */
export function kindWords({ oddity, tookMs }: Pick<TraceKind, 'oddity' | 'tookMs'>): string {
  if (oddity === null) return 'No single call stands out.';
  const took = tookMs === null ? '' : `; these requests took ${formatMsRange(...tookMs)}`;
  switch (oddity.kind) {
    case 'slow':
      return `Slow: ${oddity.call}${took}.`;
    case 'slow-whole': {
      const where = isMost(oddity) ? `, mostly in ${oddity.mostIn.join(', ')}` : '';
      return `Slow as a whole${where}${took}.`;
    }
    default:
      return clause(oddity);
  }
}

/** The reason without its numbers, as a hash. */
function kindKey(oddity: Oddity | null): string {
  if (oddity === null) return 'none';
  return `${oddity.kind}-${hashText(JSON.stringify(callsOf(oddity)))}`;
}

function callsOf(oddity: Oddity): readonly string[] {
  switch (oddity.kind) {
    case 'missing':
    case 'new':
      return [...oddity.calls].sort();
    case 'error':
    case 'slow':
      return [oddity.call];
    case 'slow-whole':
      // where the time went in many calls, the largest few differ from trace to trace
      return isMost(oddity) ? [...oddity.mostIn].sort() : [];
    case 'combination':
      return [];
  }
}

/** 53 bits of a text (cyrb53), written short: two kinds of a dataset do not meet by chance. */
function hashText(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
