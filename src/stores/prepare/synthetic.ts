/**
 * Which traces of a dataset nobody recorded: anomalies that preparing injected, as copies of test
 * traces. They are the last ones (`prepare/gather.ts`).
 */
import { traceCount } from '../../trace/trace-set.ts';
import type { Dataset } from '../dataset/dataset-store.ts';

type Prepared = Pick<Dataset, 'imported' | 'preparation'>;

/** @returns the first of them; the number of traces where there is none */
export function syntheticFrom({ imported, preparation }: Prepared): number {
  const { structure, time } = preparation?.report.anomalies ?? { structure: 0, time: 0 };
  return traceCount(imported.traces) - structure - time;
}

export const syntheticCount = (dataset: Prepared): number =>
  traceCount(dataset.imported.traces) - syntheticFrom(dataset);
