/** The architecture that the chosen settings make, drawn after Figure 4 of the paper. */
import { useState } from 'react';
import { useDataset, useRuns } from '../app/notebook-context.ts';
import { ArchitectureDiagram } from '../charts/ArchitectureDiagram.tsx';
import { Disclosure } from '../widgets/Disclosure.tsx';

export function ModelView() {
  const [open, setOpen] = useState(false);
  const { config } = useRuns((r) => r.choices);
  const training = useRuns((r) => r.training);
  const operations = useDataset((d) => d.dataset?.imported.traces.operations.length ?? null);
  // The count belongs to the trained model, so it is shown only while the drawing is of that model.
  const trained = training.phase === 'done' && training.run.settings.config === config;
  const model = trained ? training.run.detectors.find((d) => d.detector === 'tracevae') : undefined;
  return (
    <Disclosure open={open} onToggle={setOpen} summary="Architecture">
      <ArchitectureDiagram
        sizes={{ ...config, operations }}
        parameterCount={model?.outcome.parameterCount ?? null}
      />
    </Disclosure>
  );
}
