/** A simulated dataset, brought in the way of every file from its spans on. */

import type { SimulatedDataset } from '../simulator/dataset.ts';
import { assembleTraces } from '../trace/assemble.ts';
import type { OrderedSpans } from '../trace/ordered-spans.ts';
import type { ImportedTraces } from './import.ts';

export function importSimulated(
  simulate: () => SimulatedDataset,
  onSpans: (spans: OrderedSpans) => void = () => {},
): ImportedTraces {
  const started = performance.now();
  const { files, spans: columns } = simulate();
  const names = files.map(({ name }) => name);
  const { traces, spans, ledger, spansKept } = assembleTraces(columns, names);
  onSpans(spans);
  return {
    files: names.map((name) => ({ name, bytes: 0, format: 'simulated', container: 'plain' })),
    formatLabels: { simulated: 'simulated' },
    traces,
    ledger,
    spansRead: columns.length,
    spansKept,
    seconds: (performance.now() - started) / 1e3,
  };
}
