/**
 * What is odd about the traces that are looked at in the list, for their sentences: asked of the
 * worker as rows come into sight, many at once, and kept.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SplitOptions } from '../../features/splits.ts';
import type { Oddity } from '../../inspect/sentence.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { WorkerClient } from '../../worker/client.ts';

export type ToldOddities = ReadonlyMap<number, readonly Oddity[]>;

export interface OdditiesState {
  /** By trace; those that were asked for last. */
  readonly told: ToldOddities;
  /** Asks about what is not told yet. */
  tell(traces: readonly number[]): Promise<void>;
  /** Of so many as an export has; they are not kept. */
  tellAll(traces: Uint32Array): Promise<ToldOddities>;
}

interface OdditiesDeps {
  readonly client: WorkerClient;
  readonly traces: () => TraceSet | null;
  /** The training part of the run that is shown; null: all traces. */
  readonly split: () => SplitOptions | null;
}

/** Some thousand rows; those that were told before are forgotten. */
const MOST_KEPT = 4000;
const AT_ONCE = 2000;

export function createOdditiesStore({
  client,
  traces,
  split,
}: OdditiesDeps): StoreApi<OdditiesState> {
  /** What the kept ones are of. */
  let of: { readonly traces: TraceSet | null; readonly split: string } | null = null;
  const asked = new Set<number>();

  return createStore<OdditiesState>((set, get) => {
    const ask = async (wanted: Uint32Array): Promise<readonly (readonly Oddity[])[]> => {
      const answer = await client.start('oddities', { split: split(), traces: wanted }).result;
      return answer.ok ? answer.value : [];
    };
    const isStale = (): boolean => of?.traces !== traces() || of.split !== JSON.stringify(split());
    const refresh = (): void => {
      if (!isStale()) return;
      of = { traces: traces(), split: JSON.stringify(split()) };
      asked.clear();
      if (get().told.size > 0) set({ told: new Map() });
    };
    return {
      told: new Map(),

      async tell(rows) {
        refresh();
        const before = of;
        const wanted = rows.filter((trace) => !asked.has(trace));
        if (wanted.length === 0) return;
        if (asked.size + wanted.length > MOST_KEPT) {
          asked.clear();
          for (const trace of rows) asked.add(trace);
        } else for (const trace of wanted) asked.add(trace);
        const answer = await ask(Uint32Array.from(wanted));
        if (of !== before) return;
        const told = new Map([...get().told].filter(([trace]) => asked.has(trace)));
        answer.forEach((oddities, i) => {
          told.set(wanted[i]!, oddities);
        });
        // what was not answered may be asked again
        for (const trace of wanted) if (!told.has(trace)) asked.delete(trace);
        set({ told });
      },

      async tellAll(all) {
        const told = new Map<number, readonly Oddity[]>();
        for (let from = 0; from < all.length; from += AT_ONCE) {
          const some = all.slice(from, from + AT_ONCE);
          (await ask(some)).forEach((oddities, i) => {
            told.set(some[i]!, oddities);
          });
        }
        return told;
      },
    };
  });
}
