/**
 * Which format a file is in, from its content and never from its name. Every format looks at the
 * head and says how sure it is; the surest wins, and among equals the one that the list names first.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type Head, lookAt } from './head.ts';
import { whatElse } from './not-traces.ts';
import type { Sign, TraceFormat } from './trace-format.ts';
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
  const best = surest(head, formats);
  if (best) return ok(best);
  const isOpen = head.kind === 'json' && head.json.failure === null;
  if (isOpen && !whole && bytes.length < MOST_SNIFF_BYTES) {
    return ok({ lookAt: Math.min(bytes.length * LOOK_FACTOR, MOST_SNIFF_BYTES) });
  }
  return err(whatElse(fileName, head, formats));
}

function surest(head: Head, formats: readonly TraceFormat[]): Sniffed | null {
  let best: Sniffed | null = null;
  for (const format of formats) {
    const sign = format.recognise(head);
    if (sign && sign.sure > (best?.sign.sure ?? 0)) best = { format, sign };
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
