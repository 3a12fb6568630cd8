/** A simulated dataset, brought in the way of every file from its spans on. */
import type { ImportedTraces } from '../ingest/import.ts';
import type { SimulatedDataset } from '../simulator/dataset.ts';
import { assembleTraces } from '../trace/assemble.ts';

export function importSimulated(simulate: () => SimulatedDataset): ImportedTraces {
  const started = performance.now();
  const { files, spans } = simulate();
  const names = files.map(({ name }) => name);
  const { traces, ledger, spansKept } = assembleTraces(spans, names);
  return {
    files: names.map((name) => ({ name, bytes: 0, format: 'simulated', container: 'plain' })),
    traces,
    ledger,
    spansRead: spans.length,
    spansKept,
    seconds: (performance.now() - started) / 1e3,
  };
}
