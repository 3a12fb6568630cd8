/**
 * What is odd about a trace, in one sentence for the list, the inspector, the report and exports:
 * which calls are missing, new, slow or failed, next to what is usual there; and how rare its score
 * is, in plain numbers.
 */
import { formatMs, formatMsRange, groupThousands } from '../base/number-words.ts';

/** From the median to the 99th percentile of the other traces; milliseconds. */
export interface UsualMs {
  readonly lowMs: number;
  readonly highMs: number;
}

/** One way in which a trace is odd. Calls are written "service/operation". */
export type Oddity =
  /** Calls that other traces make at this place. */
  | { readonly kind: 'missing'; readonly calls: readonly string[] }
  /** Calls that no other trace makes at this place. */
  | { readonly kind: 'new'; readonly calls: readonly string[] }
  /** Every call is known, and together they are not. */
  | { readonly kind: 'combination' }
  | {
      readonly kind: 'error';
      readonly call: string;
      /** Other traces with an error at this place, of those that have the call. */
      readonly seen: number;
      readonly of: number;
    }
  | {
      readonly kind: 'slow';
      readonly call: string;
      readonly tookMs: number;
      readonly usual: UsualMs;
    }
  | {
      readonly kind: 'slow-whole';
      readonly tookMs: number;
      readonly usual: UsualMs;
      /** The few calls that are slow themselves and in which the most of the excess lies, the largest first. */
      readonly mostIn: readonly string[];
      /** Of the excess, what lies in these, 0 to 1. */
      readonly share: number;
    };

/** Whether the few calls that a slow trace is told of are where most of its time went. */
export const isMost = ({ share }: { readonly share: number }): boolean => share >= 0.5;

/** Calls that a sentence names before it counts the rest. */
const NAMED = 3;
/** Ways to be odd that a sentence tells. */
const TOLD = 2;

export const NOTHING_ODD =
  'Nothing stands out: every usual call is there and takes its usual time.';

/**
 * @param oddities the most telling first
 * @returns        "Missing: cart/GetCart. Slow: checkout/Charge took 9.10 s, usually 40 to 210 ms."
 */
export const sentence = (oddities: readonly Oddity[]): string =>
  oddities.length === 0 ? NOTHING_ODD : oddities.slice(0, TOLD).map(clause).join(' ');

/** One way in words. */
export function clause(oddity: Oddity): string {
  switch (oddity.kind) {
    case 'missing':
      return `Missing: ${listOf(oddity.calls)}.`;
    case 'new':
      return `New here: ${listOf(oddity.calls)}.`;
    case 'combination':
      return 'No other trace makes this combination of calls.';
    case 'error': {
      const { seen, of } = oddity;
      const before = seen === 0 ? 'never seen here' : `seen here in ${ofMany(seen, of)}`;
      return `Error at ${oddity.call}, ${before}.`;
    }
    case 'slow':
      return `Slow: ${oddity.call} took ${tookAndUsual(oddity)}.`;
    case 'slow-whole': {
      const { mostIn, share } = oddity;
      const part = isMost(oddity) ? 'mostly' : `${Math.round(100 * share)} % of it`;
      const where = mostIn.length === 0 ? '' : `; ${part} in ${listOf(mostIn)}`;
      return `Slow as a whole: ${tookAndUsual(oddity)}${where}.`;
    }
  }
}

const tookAndUsual = ({ tookMs, usual }: { tookMs: number; usual: UsualMs }): string =>
  `${formatMs(tookMs)}, usually ${formatMsRange(usual.lowMs, usual.highMs)}`;

const listOf = (calls: readonly string[]): string => {
  const named = calls.slice(0, calls.length === NAMED + 1 ? NAMED + 1 : NAMED).join(', ');
  const more = calls.length - NAMED;
  return more > 1 ? `${named} and ${count(more)} more` : named;
};

const count = (n: number): string => groupThousands(String(n));

const ofMany = (n: number, of: number): string => `${count(n)} of ${count(of)} other traces`;

/** How many traces a score, or a duration, is above. */
export interface Standing {
  readonly above: number;
  readonly of: number;
}

/** Where a value is among others; equal ones are not below it. */
export function standingAmong(value: number, others: ArrayLike<number>): Standing {
  let above = 0;
  for (let i = 0; i < others.length; i++) if (others[i]! < value) above++;
  return { above, of: others.length };
}

/**
 * @param standing among whom
 * @param who      "validation traces", "other traces"
 * @returns        "higher than 349 of 350 validation traces", "higher than all 2,999 other traces"
 */
export function standingWords({ above, of }: Standing, who: string): string {
  if (of === 0) return '';
  return above === of
    ? `higher than all ${count(of)} ${who}`
    : `higher than ${count(above)} of ${count(of)} ${who}`;
}
