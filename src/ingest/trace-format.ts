/**
 * What a format of trace files says about itself: its name, how it is recognised, how it is read.
 * Each has a file in formats/, and {@link file://./formats/list.ts} names them all; no other place
 * knows one of them.
 */
import type { Head } from './head.ts';
import type { ContentContext, PlacedReader, SpanReader } from './span-reader.ts';

/** Why a file is likely to be of a format. */
export interface Sign {
  /** From 0 to 1; the surest format reads the file. {@link CERTAIN} and the rest are the marks. */
  readonly sure: number;
  /** Completes "It was read as Jaeger JSON, because …". */
  readonly why: string;
}

/** Only this format has it: a magic number, columns or keys of its own. */
export const CERTAIN = 1;
/** Other files could have it, but hardly by accident. */
export const LIKELY = 0.7;
/** A kind of file with all that spans need, which a format of its own would know better. */
export const PLAUSIBLE = 0.6;
/** A single word that fits. */
export const POSSIBLE = 0.3;
/** A kind of file and nothing more, as any table is: taken where no format knows better. */
export const FALLBACK = 0.1;

export interface TraceFormat {
  /** Stored with every dataset that was read from such a file: stays what it is. */
  readonly id: string;
  /** What people call it. */
  readonly label: string;
  /** The tool that writes such files; null where many do. */
  readonly writer: string | null;
  /** Spans, or labels for the traces of other files. */
  readonly gives: 'spans' | 'labels';
  /** How sure the format is that the file is its own, from how it begins; null where it is not. */
  recognise(head: Head): Sign | null;
  /** A reader for one file. @param head how the file begins, for formats that stand in many ways */
  open(context: ContentContext, head: Head): SpanReader | PlacedReader;
}
