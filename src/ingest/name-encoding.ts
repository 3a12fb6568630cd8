/**
 * Names that are not UTF-8, as older tools and spreadsheets write them: looked at once a file has been
 * read, because most files have no such name, and a name is met a million times.
 */
import { decodeWindows1252, isUtf8 } from '../base/bytes.ts';
import type { ByteInterner } from './byte-interner.ts';

export class NameEncoding {
  private readonly names: ByteInterner;
  /** Names before this one have been looked at. */
  private looked = 0;
  /** From the name as the file has it to the name as text. */
  private readonly decoded = new Map<number, number>();

  constructor(names: ByteInterner) {
    this.names = names;
  }

  /**
   * @param column names of a file's spans; those that are not UTF-8 become others
   * @returns      the names that they became
   */
  decode(column: Uint32Array): string[] {
    for (; this.looked < this.names.size; this.looked++) {
      const bytes = this.names.bytes(this.looked);
      if (isUtf8(bytes)) continue;
      this.decoded.set(this.looked, this.names.internText(decodeWindows1252(bytes)));
    }
    if (this.decoded.size === 0) return [];
    const met = new Set<number>();
    for (let row = 0; row < column.length; row++) {
      const name = this.decoded.get(column[row]!);
      if (name === undefined) continue;
      column[row] = name;
      met.add(name);
    }
    return [...met].map((name) => this.names.text(name));
  }
}
