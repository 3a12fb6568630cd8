/**
 * From a file's bytes to its format's reader: unpacks where the content is gzip or zstd, makes UTF-8
 * of UTF-16, tells the format from the first bytes, hands everything on.
 */
import { assert } from '../base/assert.ts';
import { grown } from '../base/bytes.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { createGunzip, isGzip } from './gunzip.ts';
import { holdBytes } from './held-bytes.ts';
import type { ImportedFile } from './import.ts';
import {
  createUnframed,
  FRAMED_HEAD_BYTES,
  isFramedJson,
  isFramedZstd,
} from './message-framing.ts';
import { readAs, SNIFF_BYTES, type Sniffed, sniffFormat } from './sniff.ts';
import {
  type ContentContext,
  isPlaced,
  type PlacedBytes,
  type PlacedReader,
  type SpanReader,
} from './span-reader.ts';
import type { TraceFormat } from './trace-format.ts';
import { type ByteDecoder, isCutShort, type OnBytes, passOn } from './unpacking.ts';
import { createUnzstd, isZstd } from './unzstd.ts';
import { createUtf8, utf16Of } from './utf16.ts';

/** What a file turned out to be. */
export interface FileContent {
  readonly container: ImportedFile['container'];
  readonly opened: OpenedFormat;
}

/** The reader of a file: one that has read it, or one that reads by place, and what from. */
export type OpenedFormat = Sniffed &
  (
    | { readonly reader: SpanReader; readonly bytes: null }
    | { readonly reader: PlacedReader; readonly bytes: () => PlacedBytes }
  );

export interface ContentReader {
  /** @param chunk any cut of the file; not kept after the call */
  push(chunk: Uint8Array): Failure | null;
  /** Whether there is a use for more; not where a reader takes the rest by place, from the file. */
  wantsMore(): boolean;
  finish(): Result<FileContent, Failure>;
  /** Spans met so far, usable or not. */
  spansRead(): number;
}

export interface ContentOptions {
  readonly formats: readonly TraceFormat[];
  /** The file itself, for formats that are read by place; null where it comes out of an archive. */
  readonly file: PlacedBytes | null;
}

export function createContentReader(
  context: ContentContext,
  { formats, file }: ContentOptions,
): ContentReader {
  const { fileName } = context;
  let container: ImportedFile['container'] = 'plain';
  let opened: OpenedFormat | null = null;
  let onText: OnBytes = () => null;
  let carried: ByteDecoder | null = null;
  let wantsMore = true;

  const asRead = (failure: Failure | null): Failure | null =>
    failure !== null && opened !== null ? readAs(failure, opened) : failure;
  const noteLine = (): void => context.ledger.add('left-out-line', 1, () => ({ file: fileName }));
  const open = (sniffed: Sniffed): void => {
    if (sniffed.format.gives === 'spans') context.table.startFile();
    const reader = sniffed.format.open(context, sniffed.head);
    if (!isPlaced(reader)) {
      opened = { ...sniffed, reader, bytes: null };
      const toReader: OnBytes = (bytes) => asRead(reader.read(bytes));
      carried = sniffed.carrier?.open(fileName, toReader, noteLine) ?? passOn(toReader);
      onText = carried.push;
    } else if (file !== null && container === 'plain') {
      opened = { ...sniffed, reader, bytes: () => file };
      wantsMore = false;
    } else {
      const held = holdBytes(fileName, sniffed.format.label);
      opened = { ...sniffed, reader, bytes: held.bytes };
      onText = held.push;
    }
  };
  const textHead = holdHead(SNIFF_BYTES, (head, whole) => {
    const sniffed = sniffFormat(fileName, head, whole, formats);
    if (!sniffed.ok) return sniffed.error;
    if ('lookAt' in sniffed.value) return sniffed.value;
    open(sniffed.value);
    return null;
  });

  const toText: OnBytes = (bytes) => textHead.push(bytes, onTextBytes);
  let plain: ByteDecoder = passOn(toText);
  const messageHead = holdHead(SNIFF_BYTES, (head) => {
    const utf16 = utf16Of(head);
    if (utf16) plain = createUtf8(utf16, toText);
    else if (isFramedJson(head)) plain = createUnframed(fileName, 'none', toText);
    return null;
  });
  const onMessages: OnBytes = (bytes) => plain.push(bytes);
  const onUnpacked: OnBytes = (bytes) => messageHead.push(bytes, onMessages);
  const onTextBytes: OnBytes = (bytes) => onText(bytes);
  let decoder: ByteDecoder = passOn(onUnpacked);
  const fileHead = holdHead(FRAMED_HEAD_BYTES, (head) => {
    if (isGzip(head)) {
      container = 'gzip';
      decoder = createGunzip(fileName, onUnpacked, {
        onRest: () => context.ledger.add('left-out-rest', 1, () => ({ file: fileName })),
      });
    } else if (isZstd(head)) {
      container = 'zstd';
      decoder = createUnzstd(fileName, onUnpacked);
    } else if (isFramedZstd(head)) {
      container = 'zstd';
      decoder = createUnframed(fileName, 'zstd', onUnpacked);
    }
    return null;
  });
  const onFile: OnBytes = (bytes) => decoder.push(bytes);
  const finishReader = (): Failure | null =>
    opened !== null && opened.bytes === null
      ? (carried?.finish() ?? asRead(opened.reader.finish()))
      : null;

  return {
    push: (chunk) => fileHead.push(chunk, onFile),
    wantsMore: () => wantsMore,
    finish: () => {
      const packing = fileHead.finish(onFile) ?? decoder.finish();
      if (packing && !isCutShort(packing)) return err(packing);
      const framing = messageHead.finish(onMessages) ?? plain.finish();
      if (framing && !isCutShort(framing)) return err(framing);
      const unpacking = packing ?? framing;
      const failure = textHead.finish(onTextBytes) ?? finishReader();
      if (unpacking && (failure || !opened?.reader.spansRead())) return err(unpacking);
      if (failure) return err(failure);
      if (unpacking) {
        const { cutAtByte } = unpacking;
        context.ledger.add('cut-archive', 1, () => ({ file: fileName, byte: cutAtByte }));
      }
      assert(opened !== null, 'the format is known once the head has been looked at');
      return ok({ container, opened });
    },
    spansRead: () => opened?.reader.spansRead() ?? 0,
  };
}

interface HeldHead {
  push(bytes: Uint8Array, next: OnBytes): Failure | null;
  finish(next: OnBytes): Failure | null;
}

/** What a look at the head gives: nothing, a failure, or a longer head to look at. */
type Look = Failure | { readonly lookAt: number } | null;

/** Holds bytes back until there are `size` of them, or all there are; then looks, then lets go. */
function holdHead(size: number, look: (head: Uint8Array, whole: boolean) => Look): HeldHead {
  let held = new Uint8Array(0);
  let filled = 0;
  let wanted = size;
  let seen = false;
  /** @param bytes all that there are so far */
  const release = (bytes: Uint8Array, whole: boolean, next: OnBytes): Failure | null => {
    const looked = look(bytes.subarray(0, wanted), whole && bytes.length <= wanted);
    if (looked && 'lookAt' in looked) {
      wanted = looked.lookAt;
      if (bytes.length >= wanted || whole) return release(bytes, whole, next);
      hold(bytes);
      return null;
    }
    seen = true;
    held = new Uint8Array(0);
    return looked ?? next(bytes);
  };
  const hold = (bytes: Uint8Array): void => {
    if (bytes.buffer === held.buffer) return;
    held = grown(held, filled + bytes.length);
    held.set(bytes, filled);
    filled += bytes.length;
  };
  return {
    push: (bytes, next) => {
      if (seen) return next(bytes);
      // A first chunk that is enough is looked at where it is.
      if (filled === 0 && bytes.length >= wanted) return release(bytes, false, next);
      hold(bytes);
      return filled >= wanted ? release(held.subarray(0, filled), false, next) : null;
    },
    finish: (next) => (seen ? null : release(held.subarray(0, filled), true, next)),
  };
}
