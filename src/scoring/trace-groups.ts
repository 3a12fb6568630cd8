/** Test traces by what the lab tells apart: their label, and whether they are reconstructed otherwise. */
import { labelCode } from '../trace/trace-set.ts';

/** Labels that are shown side by side; where no trace has one, all count as the first. */
export const LABEL_GROUPS = ['normal', 'structure', 'time'] as const;
export type LabelGroup = (typeof LABEL_GROUPS)[number];

/** The labels, and beside them the mismatched of section 5.1.2, which have a label too. */
export const SCORE_GROUPS = [...LABEL_GROUPS, 'mismatched'] as const;
export type ScoreGroup = (typeof SCORE_GROUPS)[number];

export interface TraceGroups {
  /** Whether any trace has a label. */
  readonly labelled: boolean;
  /** [T] index into {@link LABEL_GROUPS} */
  readonly group: Uint8Array;
  /**
   * [T] 1 where the reconstructed structure differs and the label does not say normal: the
   * "mismatched" of figure 6. Without labels all that differ.
   */
  readonly mismatched: Uint8Array;
}

const UNLABELLED = labelCode('unlabelled');
const GROUP_OF_LABEL = new Uint8Array(4);
GROUP_OF_LABEL[labelCode('structure')] = 1;
GROUP_OF_LABEL[labelCode('time')] = 2;

/**
 * @param labels   [T] index into LABELS
 * @param mismatch [T] 1 where the reconstructed structure differs
 */
export function groupTraces(labels: Uint8Array, mismatch: Uint8Array): TraceGroups {
  const labelled = labels.some((label) => label !== UNLABELLED);
  const group = labels.map((label) => GROUP_OF_LABEL[label]!);
  return {
    labelled,
    group,
    mismatched: mismatch.map((differs, t) => (!labelled || group[t]! > 0 ? differs : 0)),
  };
}

/** Values of each of {@link SCORE_GROUPS}; a mismatched trace's value is in two of them. */
export function splitByGroup(
  values: ArrayLike<number>,
  { group, mismatched }: TraceGroups,
): Float64Array[] {
  const sizes = [0, 0, 0, 0];
  for (let t = 0; t < group.length; t++) {
    sizes[group[t]!]!++;
    sizes[3]! += mismatched[t]!;
  }
  const split = sizes.map((size) => new Float64Array(size));
  sizes.fill(0);
  for (let t = 0; t < group.length; t++) {
    const own = group[t]!;
    split[own]![sizes[own]!++] = values[t]!;
    if (mismatched[t] === 1) split[3]![sizes[3]!++] = values[t]!;
  }
  return split;
}
