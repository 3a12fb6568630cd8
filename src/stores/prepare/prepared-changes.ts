/** How many traces each step of preparing took out or put in, told by what every step left. */
import type { PrepareReport, PrepareStep } from '../../prepare/prepare.ts';

export type ChangeReason =
  /** Too few or too many nodes. */
  | 'size'
  | 'slowest'
  /** Of a group that is too small. */
  | 'rare'
  /** Beyond what its group gives, or drawn again where a small group gives more than it has. */
  | 'draw'
  /** Injected anomalies. */
  | 'structure'
  | 'time';

export interface PreparedChange {
  readonly reason: ChangeReason;
  /** Below 0 where they were taken out. */
  readonly traces: number;
}

/** In the order of the steps; those that changed nothing are left out. */
export function preparedChanges({ steps, anomalies }: PrepareReport): PreparedChange[] {
  const left = new Map(steps.map(({ step, after }) => [step, after.traces]));
  const change = (from: PrepareStep, to: PrepareStep): number => left.get(to)! - left.get(from)!;
  const changes: PreparedChange[] = [
    // Labelled anomalies that fit are set apart by this step, and come back into the test part.
    { reason: 'size', traces: change('source', 'fit') + anomalies.labelled },
    { reason: 'slowest', traces: change('fit', 'slowest') },
    { reason: 'rare', traces: change('slowest', 'groups') },
    { reason: 'draw', traces: change('groups', 'parts') },
    { reason: 'structure', traces: anomalies.structure },
    { reason: 'time', traces: anomalies.time },
  ];
  return changes.filter(({ traces }) => traces !== 0);
}
