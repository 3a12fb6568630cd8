/**
 * A list kind by kind as lines of a table: one per kind, and those of its traces where it is
 * unfolded. No object per trace.
 */
import type { TraceKind } from '../../inspect/trace-kinds.ts';

export type KindLine =
  | { readonly kind: TraceKind }
  /** Place in the list's order. */
  | { readonly index: number };

export interface KindLines {
  readonly length: number;
  at(line: number): KindLine;
  /** The line of a place in the list's order; that of its kind where it is folded. */
  lineOf(index: number): number;
}

/** @param unfolded keys of kinds */
export function kindLines(kinds: readonly TraceKind[], unfolded: ReadonlySet<string>): KindLines {
  /** [kinds + 1] the line of each kind */
  const start = new Uint32Array(kinds.length + 1);
  kinds.forEach(({ key, traces }, i) => {
    start[i + 1] = start[i]! + 1 + (unfolded.has(key) ? traces : 0);
  });
  /** The last kind that begins at or before. */
  const kindAt = (starts: (kind: number) => number, at: number): number => {
    let [from, to] = [0, kinds.length - 1];
    while (from < to) {
      const middle = (from + to + 1) >>> 1;
      if (starts(middle) <= at) from = middle;
      else to = middle - 1;
    }
    return from;
  };
  return {
    length: start[kinds.length]!,
    at(line) {
      const i = kindAt((kind) => start[kind]!, line);
      const kind = kinds[i]!;
      return line === start[i] ? { kind } : { index: kind.start + line - start[i]! - 1 };
    },
    lineOf(index) {
      const i = kindAt((kind) => kinds[kind]!.start, index);
      const { key, start: first } = kinds[i]!;
      return start[i]! + (unfolded.has(key) ? 1 + index - first : 0);
    },
  };
}
