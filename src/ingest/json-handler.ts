/** What {@link file://./json-scanner.ts} tells of a document, and whom. */

/** A place in the file. */
export interface JsonPlace {
  /** 0-based. */
  readonly byte: number;
  /** 1-based line on which the document begins. */
  readonly line: number;
}

/** Bytes are valid in the call only; strings come without quotes and escapes. */
export interface JsonHandler {
  /** An object or a list begins; whether what is in it is wanted. */
  onOpen(isList: boolean): boolean;
  /**
   * An object or a list that may be read from its bytes, where there is no escape and no cut in it.
   *
   * @param at     of its bracket in `bytes`
   * @param filled bytes that are there so far
   * @returns the byte behind it, or -1: then it comes as any other does
   */
  onDirect?(bytes: Uint8Array, at: number, filled: number): number;
  /** The object or list that was last wanted, and is not closed yet, ends. */
  onClose(): void;
  /** Whether the value of this key is wanted. */
  onKey(bytes: Uint8Array, start: number, end: number): boolean;
  onText(bytes: Uint8Array, start: number, end: number): void;
  onNumber(bytes: Uint8Array, start: number, end: number): void;
  /** true, false or null. */
  onWord(bytes: Uint8Array, start: number, end: number): void;
  /** Something is not JSON within what was last opened. */
  onFault(): void;
  /** The document ends here, in the middle: all that is open is lost, and another may follow. */
  onBroken(place: JsonPlace): void;
  /** The file ends within a document. */
  onCutOff(place: JsonPlace): void;
}
