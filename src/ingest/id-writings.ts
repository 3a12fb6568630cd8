/**
 * Which spans write an id with other leading zeros, or in other letters, than their trace does
 * elsewhere: one id all the same, and told as a mended span. What is kept follows such spans alone.
 */
import type { ByteInterner, OtherWriting } from './byte-interner.ts';

export class IdWritings {
  private firstRow = 0;
  private readonly traceRows = new Set<number>();
  /** By the place that names an id: twice the row, and one more for its parent. */
  private readonly uses = new Map<number, OtherWriting>();

  constructor(
    private readonly traceIds: ByteInterner,
    private readonly spanIds: ByteInterner,
  ) {}

  startFile(firstRow: number): void {
    this.firstRow = firstRow;
    this.traceRows.clear();
    this.uses.clear();
    this.traceIds.otherWritings.length = 0;
    this.spanIds.otherWritings.length = 0;
  }

  /** Whether {@link addRow} has anything to do: of nearly all spans it has not. */
  areTold(): boolean {
    return this.traceIds.otherWritings.length > 0 || this.spanIds.otherWritings.length > 0;
  }

  /** A span was added, right after its ids were interned. */
  addRow(row: number, trace: number, span: number, parent: number): void {
    const ofTrace = this.traceIds.otherWritings;
    const ofSpan = this.spanIds.otherWritings;
    if (ofTrace.length > 0) {
      if (writingOf(ofTrace, trace)) this.traceRows.add(row);
      ofTrace.length = 0;
    }
    if (ofSpan.length > 0) {
      const own = writingOf(ofSpan, span);
      const above = writingOf(ofSpan, parent);
      if (own) this.uses.set(2 * row, own);
      if (above) this.uses.set(2 * row + 1, above);
      ofSpan.length = 0;
    }
  }

  /**
   * The columns have a value per row.
   *
   * @returns rows, each once, in their order
   */
  rows(
    trace: ArrayLike<number>,
    span: ArrayLike<number>,
    parent: ArrayLike<number>,
    length: number,
  ): number[] {
    const found = new Set(this.traceRows);
    if (this.uses.size === 0) return [...found];
    const ids = new Set(Array.from(this.uses.values(), ({ index }) => index));
    /** By trace and id: how the trace writes it first. */
    const first = new Map<string, number>();
    const isOther = (row: number, idOfRow: number, place: number): boolean => {
      // What has been linked since may name another id by now.
      const id = this.uses.get(place)?.index ?? idOfRow;
      if (!ids.has(id)) return false;
      const form = this.uses.get(place)?.form ?? this.spanIds.formOf(id);
      const key = `${trace[row]!} ${id}`;
      const known = first.get(key);
      if (known === undefined) first.set(key, form);
      return known !== undefined && known !== form;
    };
    for (let row = this.firstRow; row < length; row++) {
      const own = isOther(row, span[row]!, 2 * row);
      const above = isOther(row, parent[row]!, 2 * row + 1);
      if (own || above) found.add(row);
    }
    return [...found].sort((a, b) => a - b);
  }
}

const writingOf = (writings: readonly OtherWriting[], index: number): OtherWriting | undefined =>
  writings.find((writing) => writing.index === index);
