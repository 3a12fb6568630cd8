/**
 * Which format a file is in, from its content and never from its name. Every format looks at the
 * head and says how sure it is; the surest wins, and among equals the one that the list names first.
 */
import { grown } from '../base/bytes.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type Head, lookAt } from './head.ts';
import { spanColumns } from './json-table-place.ts';
import { type Carrier, carriersOf } from './log-carriers.ts';
import { whatElse } from './not-traces.ts';
import { CERTAIN, LIKELY, PLAUSIBLE, type Sign, type TraceFormat } from './trace-format.ts';
import { isUnmapped } from './unmapped-table.ts';

/** Bytes of the unpacked file that are enough to tell, as a rule. */
export const SNIFF_BYTES = 16 * 1024;
/** JSON whose first keys tell nothing is looked at further, up to here. */
const MOST_SNIFF_BYTES = 8 * 1024 * 1024;
/** Each look is at this many times more than the last: all together they cost little more. */
const LOOK_FACTOR = 8;

export interface Sniffed {
  readonly format: TraceFormat;
  readonly sign: Sign;
  /** What the format recognised: of the documents within the carrier, where there is one. */
  readonly head: Head;
  /** What has to be taken off the file first; null where the format begins with its first byte. */
  readonly carrier: Carrier | null;
}

/**
 * @param bytes the first of the unpacked file
 * @param whole whether that is all of it
 * @returns     how many bytes to look at next, where these do not tell
 */
export function sniffFormat(
  fileName: string,
  bytes: Uint8Array,
  whole: boolean,
  formats: readonly TraceFormat[],
): Result<Sniffed | { readonly lookAt: number }, Failure> {
  const head = lookAt(fileName, bytes, whole);
  const best = surest(head, formats, null);
  const carried = best && best.sign.sure >= LIKELY ? null : inCarrier(fileName, head, formats);
  if (carried && isSurer(carried, best)) return ok(carried);
  if (best) return ok(best);
  const isOpen = head.kind === 'text' || (head.kind === 'json' && head.json.failure === null);
  if (isOpen && !whole && bytes.length < MOST_SNIFF_BYTES) {
    return ok({ lookAt: Math.min(bytes.length * LOOK_FACTOR, MOST_SNIFF_BYTES) });
  }
  return err(whatElse(fileName, head, formats));
}

/** What is drawn around a table has cells as well, and so is as good a table as the one within. */
const isSurer = ({ sign, carrier }: Sniffed, best: Sniffed | null): boolean =>
  best === null ||
  sign.sure > best.sign.sure ||
  (carrier!.hasTable && sign.sure === best.sign.sure);

function inCarrier(fileName: string, head: Head, formats: readonly TraceFormat[]): Sniffed | null {
  for (const carrier of carriersOf(head)) {
    const sniffed = sniffCarried(fileName, head, carrier, formats);
    if (sniffed) return sniffed;
  }
  return null;
}

/** The format of what a carrier has in it. */
function sniffCarried(
  fileName: string,
  head: Head,
  carrier: Carrier,
  formats: readonly TraceFormat[],
): Sniffed | null {
  let documents = new Uint8Array(0);
  let filled = 0;
  const decoder = carrier.open(
    fileName,
    (bytes) => {
      documents = grown(documents, filled + bytes.length);
      documents.set(bytes, filled);
      filled += bytes.length;
      return null;
    },
    () => undefined,
  );
  const failure = decoder.push(head.bytes);
  if (failure || filled === 0) return null;
  const best = surest(
    lookAt(fileName, documents.subarray(0, filled), head.whole),
    formats,
    carrier,
  );
  if (best === null || best.sign.sure >= PLAUSIBLE) return best;
  return carrier.hasTable && spanColumns(best.head.header ?? []) ? best : null;
}

function surest(
  head: Head,
  formats: readonly TraceFormat[],
  carrier: Carrier | null,
): Sniffed | null {
  let best: Sniffed | null = null;
  for (const format of formats) {
    const sign = format.recognise(head);
    if (sign && sign.sure > (best?.sign.sure ?? 0)) best = { format, sign, head, carrier };
    if (best?.sign.sure === CERTAIN) return best;
  }
  return best;
}

/**
 * A reader's failure, with what the file was taken for and why, as it may be something else after
 * all. A table that is only to be mapped is what it was taken for.
 */
export const readAs = (failure: Failure, { format, sign }: Sniffed): Failure =>
  isUnmapped(failure)
    ? failure
    : {
        ...failure,
        advice: `${failure.advice} It was read as ${format.label}, because ${sign.why}.`,
      };
