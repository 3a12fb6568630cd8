/** How many traces each set holds, and the labels of the test traces. */
import { LABELS, type Label, SETS, setCode, type TraceSet } from '../trace/trace-set.ts';
import { assignSets, type SplitOptions } from './splits.ts';

export interface SetCounts {
  readonly sets: { readonly train: number; readonly val: number; readonly test: number };
  readonly testLabels: Readonly<Record<Label, number>>;
}

export function countSets(traces: TraceSet, options: SplitOptions): SetCounts {
  const setOf = assignSets(traces, options);
  const perSet = SETS.map(() => 0);
  const perLabel = LABELS.map(() => 0);
  const test = setCode('test');
  for (let trace = 0; trace < setOf.length; trace++) {
    perSet[setOf[trace]!]! += 1;
    if (setOf[trace] === test) perLabel[traces.label[trace]!]! += 1;
  }
  return {
    sets: {
      train: perSet[setCode('train')]!,
      val: perSet[setCode('val')]!,
      test: perSet[test]!,
    },
    testLabels: Object.fromEntries(LABELS.map((label, i) => [label, perLabel[i]!])) as Record<
      Label,
      number
    >,
  };
}
