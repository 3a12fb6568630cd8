/** The kinds of the traces of a dataset, found out as lists ask for them, and kept. */
import type { TraceSet } from '../trace/trace-set.ts';
import type { Oddity } from './sentence.ts';
import { emptyKinds, type KindColumn, noteKind } from './trace-kinds.ts';

/** Says what is odd about traces. */
export interface KindTeller {
  /** Names what they are compared with: kinds are kept as long as it is the same. */
  readonly against: string;
  oddities(traces: Uint32Array): Promise<readonly (readonly Oddity[])[]>;
}

export interface KindBook {
  /** @returns known of all rows */
  kindsOf(
    traces: TraceSet,
    rows: Uint32Array,
    traceOf: Uint32Array,
    teller: KindTeller,
  ): Promise<KindColumn>;
}

/** Traces that are asked about at once. */
const AT_ONCE = 2048;

export function createKindBook(): KindBook {
  let last: { traces: TraceSet; against: string; kinds: KindColumn } | null = null;
  return {
    async kindsOf(traces, rows, traceOf, teller) {
      if (last?.traces !== traces || last.against !== teller.against) {
        const kinds = emptyKinds(traces.structureOf.length);
        last = { traces, against: teller.against, kinds };
      }
      const { kinds } = last;
      for (let from = 0; from < rows.length; from += AT_ONCE) {
        const some = rows.subarray(from, from + AT_ONCE).map((row) => traceOf[row]!);
        // another list may have asked meanwhile
        const unknown = some.filter((trace) => kinds.of[trace] === -1);
        if (unknown.length === 0) continue;
        const told = await teller.oddities(unknown);
        told.forEach((oddities, i) => {
          noteKind(kinds, unknown[i]!, oddities);
        });
      }
      return kinds;
    },
  };
}
